// What the receiver asks for at its door: headers, credentials, certificates, proxy. Secrets are write-only: what is stored is kept unless something else is given.
import { h } from "../kit.js";
import { Problem, STORED, checkPart, choicePart, rowsPart, textPart } from "./parts.js";
import { fold } from "./settings.js";

const HEADER = (name) => /^[A-Za-z0-9!#$&'*+.^_`|~-]{1,128}$/.test(name) ? null : "Letters, digits and -.";

function headerRow(errors, entry, index, names) {
  const [name, value] = entry ?? ["", ""], stored = value === STORED;
  const path = () => names()[index()] ? `headers.${names()[index()]}` : "headers";
  const key = textPart(errors, () => `${path()}.name`, { label: "Header name", value: name, placeholder: "X-Team", required: true, check: HEADER, mono: true });
  const text = textPart(errors, path, { label: "Value", value: stored ? "" : value, secret: stored, stored, empty: "" });
  const secret = checkPart(errors, path, { label: "Secret", value: stored, changed: (on) => { text.input.type = on ? "password" : "text"; } });
  return { node: h("div", { class: "header-row" }, key.node, text.node, secret.node), name: () => key.input.value.trim(), read: () => {
    const given = text.read();
    return [key.read(), given === STORED ? STORED : secret.read() ? { secret: given } : given];
  } };
}
function headersPart(errors, headers) {
  const names = () => part.rows.map((row) => row.name());
  const part = rowsPart(errors, "headers", { label: "Headers", name: "header", add: "Add a header", values: Object.entries(headers), row: (entry, index) => headerRow(errors, entry, index, names) });
  return { node: part.node, read: () => {
    const entries = part.read(), twice = entries.find(([name], i) => entries.some(([other], j) => j < i && other.toLowerCase() === name.toLowerCase()));
    if (twice) throw new Problem("headers", `${twice[0]}: expected each header once.`);
    return Object.fromEntries(entries);
  } };
}

const KINDS = {
  none: [], basic: [["username", "User name"], ["password", "Password", { secret: true }]], bearer: [["token", "Token", { secret: true }]],
  oauth2: [["token_url", "Token URL", { placeholder: "https://id.example.com/token" }], ["client_id", "Client id"], ["client_secret", "Client secret", { secret: true }], ["scope", "Scope", { optional: true }], ["audience", "Audience", { optional: true }], ["client_auth", "Client shows itself in", { optional: true, options: [["", "the Authorization header"], ["body", "the form (body)"]] }]],
};
export const AUTH = { none: "none", basic: "basic: user name and password", bearer: "bearer token", oauth2: "OAuth 2 client credentials" };

function authPart(errors, auth) {
  const groups = Object.fromEntries(Object.entries(KINDS).map(([kind, fields]) => [kind, fields.map(([name, label, { optional, options, ...more } = {}]) => {
    const value = auth?.type === kind ? auth[name] : undefined, path = `auth.${name}`;
    const part = options ? choicePart(errors, path, { label, options, value: value ?? "" }) : textPart(errors, path, { label, ...more, required: !optional, stored: value === STORED, value: value === STORED ? "" : value });
    return { name, part };
  })]));
  const boxes = Object.entries(groups).map(([kind, parts]) => [kind, h("div", { class: "subfields", hidden: kind !== (auth?.type ?? "none") }, parts.map(({ part }) => part.node))]);
  const choice = choicePart(errors, "auth", { label: "Authorization", value: auth?.type ?? "none", options: Object.entries(AUTH), changed: (kind) => { for (const [own, box] of boxes) box.hidden = own !== kind; } });
  return { node: h("div", { class: "stack tight" }, choice.node, boxes.map(([, box]) => box)), read: () => {
    const type = choice.read();
    if (type === "none") return null;
    return { type, ...Object.fromEntries(groups[type].map(({ name, part }) => [name, part.read()]).filter(([, value]) => value !== undefined && value !== "")) };
  } };
}

function tlsPart(errors, tls) {
  const pem = (name, label, options) => [name, textPart(errors, `tls.${name}`, { label, rows: 3, mono: true, value: tls?.[name] === STORED ? "" : tls?.[name], stored: tls?.[name] === STORED, ...options })];
  const parts = [pem("client_certificate", "Client certificate", { placeholder: "-----BEGIN CERTIFICATE-----" }), pem("client_key", "Its private key", { hint: "Write-only: it is shown to nobody", placeholder: "-----BEGIN PRIVATE KEY-----" }), pem("ca", "Authorities besides those of the system", { placeholder: "-----BEGIN CERTIFICATE-----" })];
  return { node: h("details", { open: !!tls }, h("summary", null, "Certificates (mutual TLS)"), h("div", { class: "stack tight" }, parts.map(([, part]) => part.node))), read: () => {
    const given = Object.fromEntries(parts.map(([name, part]) => [name, part.read()]).filter(([, value]) => value !== undefined));
    // A stored key belongs to a certificate: without one it goes too.
    if (given.client_key === STORED && !given.client_certificate) delete given.client_key;
    return Object.keys(given).length ? given : null;
  } };
}

/** Headers, auth, tls and proxy of a webhook. */
export function accessPart(errors, webhook) {
  const headers = headersPart(errors, webhook.headers), auth = authPart(errors, webhook.auth), tls = tlsPart(errors, webhook.tls);
  const proxy = textPart(errors, "proxy", { label: "Proxy", value: webhook.proxy, hint: "Empty: what the gateway says. direct: none", placeholder: "http://proxy.example.com:3128", empty: null, mono: true });
  const read = () => ({ headers: headers.read(), auth: auth.read(), tls: tls.read(), proxy: proxy.read() });
  const line = () => { const now = read(), some = Object.keys(now.headers).length; return [some && `${some} ${some === 1 ? "header" : "headers"}`, now.auth && AUTH[now.auth.type], now.tls && "certificates", now.proxy && "proxy"].filter(Boolean).join(", ") || "open to everybody"; };
  return { node: fold("Access", line, [h("div", { class: "field" }, h("p", { class: "label" }, "Headers"), headers.node), auth.node, tls.node, proxy.node]), headers, read };
}
