// Making and changing a source: who sends, how that is verified, what becomes of it.
import { ApiError, api, go, h, panel, put, session, toast } from "../../kit.js";
import { form, keepWhenLeft, returned, startOver } from "../../kit/forms.js";
import { optionFields, readOptions } from "./options.js";
import { SCHEMES, schemeName } from "./schemes.js";
import { showMade } from "./secrets.js";

// The shipped plugins, with what people call them and the scheme that each brings.
const PROVIDERS = {
  "from-github": ["GitHub", "github", "github.*"], "from-gitlab": ["GitLab", "gitlab", "gitlab.*"], "from-stripe": ["Stripe", "stripe", "stripe.*"], "from-slack": ["Slack", "slack", "slack.*"], "from-shopify": ["Shopify", "shopify", "shopify.*"],
  "from-linear": ["Linear", "linear", "linear.*"], "from-twilio": ["Twilio", "twilio", "twilio.*"], "from-sendgrid": ["SendGrid", "sendgrid", "sendgrid.*"], "from-discord": ["Discord", "discord", "discord.*"], "from-pagerduty": ["PagerDuty", "pagerduty", "pagerduty.*"],
  "from-rem": ["REM Labs", "rem", "memory.*"], "from-mem0": ["Mem0", "path", "memory.*"], "from-standard": ["Standard Webhooks", "standard", "types of the sender"], "from-cloudevents": ["CloudEvents", "bearer", "types of the sender"], "from-json": ["Any JSON or form", null, "types that you say"],
};
const OTHERS = [{ id: "script", name: "A Lua script", about: "You say what it makes" }, { id: "body", name: "No code", about: "The body is the event" }];
const SCRIPT = "function receive(request, ctx)\n  if type(request.json) ~= \"table\" then return nil, 400, \"expected JSON\" end\n  return { event = \"alert.received\", data = request.json }\nend\n";
const DETAILS = { hmac: ["header", "algorithm", "encoding", "prefix", "template", "timestamp_header", "id_header", "tolerance_secs", "url"], "api-key": ["header"], twilio: ["url"] };

async function choices(signal) {
  const listed = (await api.get("/v1/plugins", {}, { signal })).data.filter((plugin) => plugin.kind === "source");
  const order = Object.keys(PROVIDERS), rank = ({ name }) => order.indexOf(name) < 0 ? order.length : order.indexOf(name);
  const plugins = listed.toSorted((a, b) => rank(a) - rank(b)).map((plugin) => {
    const [name, scheme, makes] = PROVIDERS[plugin.name] ?? [plugin.name, null, plugin.summary];
    const preset = plugin.preset ?? (plugin.options || !scheme ? null : { verify: { scheme } });
    return { id: plugin.name, plugin: plugin.name, name, about: makes, schema: plugin.options, preset };
  });
  return [...plugins, ...OTHERS];
}

/** The page that makes a source. */
export async function createPage({ page, signal, query }) {
  page.crumbs(["/sources", "Sources"]);
  page.title("New source");
  page.sub("A URL that another system sends to. What it sends is verified, becomes events, and goes to your webhooks.");
  const list = await choices(signal), slot = h("div"), place = "/sources/new", kept = returned(place), now = kept ?? {};
  const choose = (choice) => put(slot, Object.assign(now, { choice, editor: editor(choice, null) }).editor);
  keepWhenLeft(place, now, () => now.editor?.hasChanges(), signal);
  const radios = list.map((choice) => h("label", { class: "choice" },
    h("input", { type: "radio", name: "provider", value: choice.id, on: { change: () => choose(choice) } }), h("span", null, h("strong", null, choice.name), h("span", { class: "faint" }, choice.about))));
  const first = list.find(({ id }) => id === (kept?.choice.id ?? query.plugin));
  if (first) radios[list.indexOf(first)].firstChild.checked = true;
  if (kept) put(slot, kept.editor); else if (first) choose(first); else put(slot, h("p", { class: "muted" }, "Choose who sends to go on."));
  return h("div", { class: "stack" }, kept && again(now, page), h("fieldset", { class: "choices" }, h("legend", null, "Who sends?"), radios), slot);
}

/** The page that changes a source. */
export async function editPage({ params, page, signal }) {
  const source = await api.get(`/v1/sources/${params.id}`, {}, { signal });
  page.crumbs(["/sources", "Sources"], [`/sources/${source.id}`, source.name]);
  page.title(`Change ${source.name}`);
  const found = source.plugin && (await choices(signal)).find(({ plugin }) => plugin === source.plugin);
  const place = `/sources/${source.id} ${source.revision}`, kept = returned(place);
  const made = kept ?? editor(found ?? (source.plugin ? { plugin: source.plugin, name: source.plugin } : { id: source.script == null ? "body" : "script" }), source);
  keepWhenLeft(place, made, made.hasChanges, signal);
  return h("div", { class: "stack" }, kept && again({ editor: made }, page), made);
}
const again = (now, page) => startOver(() => { now.editor.settled(); page.refresh(); });

const named = (value) => /^[a-z0-9_-]{1,63}$/.test(value) ? null : "1 to 63 of a-z, 0-9, _ and -";

function fieldsOf(choice, source) {
  const only = session.key?.namespaces, { verify = {}, dedupe, rate_limit: rate } = source ?? {}, brought = choice.preset?.verify?.scheme;
  const isNew = !source, first = isNew && brought ? [["", `${schemeName(brought)} (what the plugin brings)`]] : [];
  return [
    { name: "name", label: "Name", value: source?.name, required: !choice.plugin || !isNew, placeholder: choice.plugin?.replace(/^from-/, ""), optional: !!choice.plugin && isNew, validate: (value) => value ? named(value) : null, hint: choice.id === "body" ? "The events are called source. and this name." : null },
    only ? { name: "namespace", label: "Namespace", type: "select", options: only, value: source?.namespace ?? only[0] }
      : { name: "namespace", label: "Namespace", optional: true, value: source?.namespace, hint: "Of all its events. Left empty, each event says it, else it is default." },
    ...(choice.plugin ? choice.schema ? optionFields(choice.schema, source?.options) : [{ name: "options", label: "Options", type: "json", optional: true, value: source?.options, hint: "What the plugin declares cannot be seen from here; the gateway checks them." }] : []),
    ...(choice.id === "script" ? [{ name: "script", label: "Script", type: "textarea", rows: 10, required: true, value: source?.script ?? SCRIPT, hint: "Lua that defines receive(request, ctx) and returns events, or nil, status and message." }] : []),
    { name: "verify", label: "How is the sender verified?", type: "select", options: [...first, ...Object.entries(SCHEMES).map(([id, { name, about }]) => [id, `${name}: ${about}`])], value: isNew ? brought ? "" : "hmac" : verify.scheme },
    { name: "verify.header", label: "Header", value: verify.header, placeholder: "X-Signature", hint: "That holds the signature, or the key." },
    { name: "verify.algorithm", label: "Hash", type: "select", options: [["", "SHA-256"], ["sha512", "SHA-512"], ["sha1", "SHA-1"]], value: verify.algorithm === "sha256" ? "" : verify.algorithm ?? "" },
    { name: "verify.encoding", label: "Encoding", type: "select", options: [["", "hex"], ["base64", "base64"], ["base64url", "base64url"]], value: verify.encoding === "hex" ? "" : verify.encoding ?? "" },
    { name: "verify.prefix", label: "Prefix", optional: true, value: verify.prefix, placeholder: "sha256=", hint: "What stands before the signature." },
    { name: "verify.template", label: "What is signed", optional: true, value: verify.template, placeholder: "{body}", hint: "Text with {body}, and {timestamp}, {id}, {method}, {url}, {path} if the sender signs them." },
    { name: "verify.timestamp_header", label: "Header of the time", optional: true, value: verify.timestamp_header },
    { name: "verify.id_header", label: "Header of the id", optional: true, value: verify.id_header },
    { name: "verify.tolerance_secs", label: "Tolerance, seconds", type: "number", optional: true, min: 1, max: 86400, value: verify.tolerance_secs, hint: "How far a signed time may be off." },
    { name: "verify.url", label: "Public URL", optional: true, value: verify.url, hint: "What the sender was told, when a proxy hides it." },
    ...(isNew ? [{ name: "secret", label: "Secret", type: "password", optional: true }] : []),
    { name: "dedupe_by", label: "Repeats are told by", type: "select", options: [...(isNew ? [["", choice.preset?.dedupe || (choice.plugin && !choice.schema) ? "what the plugin brings" : "nothing"]] : []), ["none", "nothing"], ["header", "a header"], ["path", "a place in the JSON body"]].filter(([id, text], i, all) => all.findIndex(([, other]) => other === text) === i), value: isNew ? "" : dedupe?.header ? "header" : dedupe?.path ? "path" : "none" },
    { name: "dedupe", label: "Which", value: dedupe?.header ?? dedupe?.path, placeholder: "X-Delivery-Id" },
    { name: "dedupe_window", label: "Remembered for, seconds", type: "number", optional: true, min: 1, max: 2592000, value: dedupe?.window_secs, placeholder: "86400" },
    { name: "methods", label: "Methods", type: "list", optional: isNew, value: source?.methods, placeholder: (choice.preset?.methods ?? ["POST"]).join(", ") },
    { name: "content_types", label: "Media types", type: "list", optional: true, value: source?.content_types, placeholder: "all" },
    { name: "max_body_bytes", label: "Largest body, bytes", type: "number", optional: true, min: 1, max: 10485760, value: source?.max_body_bytes, placeholder: "1048576" },
    { name: "rate_limit", label: "Requests at most", type: "number", optional: true, min: 1, value: rate?.count, hint: "Empty: no limit." },
    { name: "rate_per", label: "in seconds", type: "number", optional: true, min: 1, max: 86400, value: rate?.per_secs, placeholder: "1" },
    { name: "rate_burst", label: "at once", type: "number", optional: true, min: 1, value: rate?.burst },
    { name: "active", label: "Takes requests", type: "checkbox", value: source?.active ?? true, hint: "Otherwise senders are told 404." },
  ];
}
const MORE = ["dedupe_by", "dedupe", "dedupe_window", "methods", "content_types", "max_body_bytes", "rate_limit", "rate_per", "rate_burst", "active"];

/** The form of a source. Its element says whether it `hasChanges()`, until they are `settled()`: saved, or given up. */
function editor(choice, source) {
  let changed = false;
  const settled = () => { changed = false; };
  const made = form({ fields: fieldsOf(choice, source), submit: source ? "Save" : "Make the source", cancel: () => { settled(); go(source ? `/sources/${source.id}` : "/sources"); }, onInput: () => adapt(),
    onSubmit: async (values) => {
      const body = read(values, choice, source);
      try { await save(body, source, settled); } catch (error) {
        if (error instanceof ApiError) unfold(error.field);
        throw error;
      }
    } });
  const part = (name) => made.control(name)?.closest(".field");
  const more = h("details", { class: "fold" }, h("summary", null, "Repeats, limits and more"), h("div", { class: "fields two" }, [...MORE, "options"].map(part)));
  const section = (title, names) => h("section", null, title && h("h3", null, title), h("div", { class: "fields two" }, names.map(part)));
  const own = [...made.querySelectorAll("[name^='options.']")].map((control) => control.name);
  const rule = section("Verification", ["verify", "secret"].filter((name) => made.control(name)));
  const detail = h("div", { class: "fields two" }, DETAILS.hmac.map((one) => part(`verify.${one}`)));
  rule.append(detail);
  made.classList.add("grouped");
  made.prepend(section(null, ["name", "namespace"]), own.length ? section("Options of the plugin", own) : "", ...(choice.id === "script" ? [h("section", null, part("script"))] : []), rule, more);
  made.control("script")?.classList.add("mono");
  const unfold = (name) => { if ([...MORE, "options"].some((one) => name === one || name?.startsWith(one + "."))) more.open = true; };
  made.addEventListener("submit", () => { if (more.querySelector(".invalid")) { more.open = true; more.querySelector("[aria-invalid]").focus(); } });
  const adapt = () => {
    const scheme = made.control("verify").value || choice.preset?.verify?.scheme, { chosen, hint, timed, secret } = SCHEMES[scheme] ?? {};
    const shown = made.control("verify").value === "" ? [] : [...DETAILS[scheme] ?? [], ...(timed ? ["tolerance_secs"] : [])];
    for (const one of DETAILS.hmac) part(`verify.${one}`).hidden = !shown.includes(one);
    detail.hidden = !shown.length;
    const asked = part("secret");
    if (asked) {
      asked.hidden = secret === null;
      asked.hint ??= asked.appendChild(h("p", { class: "hint" }));
      asked.hint.textContent = [hint, chosen ? "Left empty, one is made and shown once." : "The sender makes it: it can be set later, and until then requests are refused with 503."].filter(Boolean).join(" ");
    }
    const by = made.control("dedupe_by").value;
    for (const one of ["dedupe", "dedupe_window"]) part(one).hidden = by !== "header" && by !== "path";
    for (const one of ["rate_per", "rate_burst"]) part(one).hidden = made.control("rate_limit").value === "";
  };
  adapt();
  for (const name of ["verify", "dedupe_by"]) made.control(name).addEventListener("change", adapt);
  made.addEventListener("input", () => { changed = true; });
  return Object.assign(panel(source ? "Settings" : choice.name, made), { hasChanges: () => changed, settled });
}

function read(values, choice, source) {
  const body = { name: values.name || undefined, namespace: values.namespace || (source ? null : undefined), active: values.active };
  if (choice.plugin) { body.plugin = choice.plugin; body.options = choice.schema ? readOptions(choice.schema, values) : values.options ?? {}; }
  if (choice.id === "script") body.script = values.script;
  const scheme = values.verify;
  if (scheme) {
    body.verify = { scheme };
    for (const name of new Set([...DETAILS[scheme] ?? [], ...(SCHEMES[scheme].timed ? ["tolerance_secs"] : [])])) {
      const value = values[`verify.${name}`];
      if (value !== "" && value != null) body.verify[name] = value;
    }
    if (scheme === "hmac" && body.verify.tolerance_secs && !body.verify.timestamp_header) delete body.verify.tolerance_secs;
  }
  if (values.secret && (SCHEMES[scheme || choice.preset?.verify?.scheme]?.secret !== null)) body.secret = values.secret;
  if (values.dedupe_by === "none") body.dedupe = null;
  else if (values.dedupe_by) body.dedupe = { [values.dedupe_by]: values.dedupe, ...(values.dedupe_window && { window_secs: values.dedupe_window }) };
  for (const name of ["methods", "content_types"]) if (values[name].length || source) body[name] = values[name].length ? values[name].map((one) => name === "methods" ? one.toUpperCase() : one) : null;
  if (values.max_body_bytes != null || source) body.max_body_bytes = values.max_body_bytes;
  if (values.rate_limit != null) body.rate_limit = { count: values.rate_limit, ...(values.rate_per && { per_secs: values.rate_per }), ...(values.rate_burst && { burst: values.rate_burst }) };
  else if (source) body.rate_limit = null;
  return body;
}

async function save(body, source, settled) {
  const answer = source ? await api.patch(`/v1/sources/${source.id}`, body) : await api.post("/v1/sources", body);
  settled();
  toast(source ? answer.revision === source.revision ? "Nothing changed." : "Saved." : `Made ${answer.name}.`);
  go(`/sources/${answer.id}`);
  await showMade(answer);
}
