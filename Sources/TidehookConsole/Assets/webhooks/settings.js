// The parts of a webhook's form that most webhooks leave as they are: signatures, flow, and what happens when the receiver fails. Each folds, and says in a line what it is set to.
import { duration, h, plural } from "../kit.js";
import { Problem, checkPart, choicePart, numberPart, rowsPart, switchedPart, textPart } from "./parts.js";

/** A folded group of a form; `line()` is said beside its title and after each change. */
export function fold(title, line, nodes, { open = false } = {}) {
  const said = h("span", { class: "faint" });
  const element = h("details", { class: "fold group", open, on: { input: () => element.update(), change: () => element.update() } }, h("summary", null, h("span", { class: "group-title" }, title), " ", said), h("div", { class: "stack" }, nodes));
  element.update = () => { try { said.textContent = line(); } catch (error) { if (!(error instanceof Problem)) throw error; said.textContent = "not complete"; } };
  element.update();
  return element;
}
/** A fold of parts: it has `read()` and `node`. */
const group = (title, line, parts, read) => ({ node: fold(title, () => line(read()), parts.map((part) => part.node ?? part)), read });

// ---- signatures

export const SCHEMES = {
  rem: "X-REM-Signature, HMAC-SHA256 in hex", standard: "Standard Webhooks: webhook-id, webhook-timestamp, webhook-signature", "standard-ed25519": "Standard Webhooks with a key pair; the receiver needs no secret", mem0: "X-Mem0-Signature",
  github: "X-Hub-Signature-256", stripe: "Stripe-Signature", slack: "X-Slack-Signature", shopify: "X-Shopify-Hmac-SHA256, base64",
};
/** Schemes in one line. */
export const signingLine = (signing) => signing.length ? signing.map((one) => typeof one === "string" ? one : one.header ?? "custom").join(", ") : "unsigned";

function customScheme(errors, value, index, path) {
  const at = (name) => () => `${path(index())}.${name}`, given = value ?? {};
  const header = textPart(errors, at("header"), { label: "Header", value: given.header, placeholder: "X-Acme-Signature", required: true });
  const algorithm = choicePart(errors, at("algorithm"), { label: "Algorithm", value: given.algorithm ?? "sha256", options: [["sha256", "HMAC-SHA256"], ["sha512", "HMAC-SHA512"], ["sha1", "HMAC-SHA1"]] });
  const encoding = choicePart(errors, at("encoding"), { label: "Encoding", value: given.encoding ?? "hex", options: [["hex", "hex"], ["base64", "base64"], ["base64url", "base64url"]] });
  const texts = [["prefix", "Prefix", "v1="], ["template", "What is signed", "{id}.{timestamp}.{body}"], ["timestamp_header", "Header of the time", "webhook-timestamp"], ["id_header", "Header of the id", "webhook-id"]]
    .map(([name, label, placeholder]) => [name, textPart(errors, at(name), { label, value: given[name], placeholder, mono: true })]);
  return { node: h("div", { class: "subfields" }, header.node, algorithm.node, encoding.node, texts.map(([, part]) => part.node)), read: () => {
    const made = { scheme: "custom", header: header.read(), algorithm: algorithm.read(), encoding: encoding.read() };
    for (const [name, part] of texts) { const text = part.read(); if (text !== undefined) made[name] = text; }
    return made;
  } };
}

/** `signing`: named schemes as boxes, others described. */
export function signingPart(errors, signing) {
  const boxes = Object.entries(SCHEMES).map(([name, about]) => [name, h("input", { type: "checkbox", checked: signing.includes(name), "aria-label": name }), about]);
  const named = () => boxes.filter(([, box]) => box.checked).map(([name]) => name);
  const custom = rowsPart(errors, "signing", { label: "Schemes of your own", name: "scheme", add: "Add a scheme of your own", values: signing.filter((one) => typeof one !== "string"), row: (value, index) => customScheme(errors, value, index, (i) => `signing[${named().length + i}]`) });
  const list = h("fieldset", { class: "schemes" }, h("legend", null, "Signed as"), boxes.map(([name, box, about]) => h("label", null, box, h("span", { class: "mono" }, name), h("span", { class: "muted" }, about))));
  return group("Signatures", (read) => signingLine(read), [list, custom], () => {
    const chosen = new Set(named());
    return [...signing.filter((one) => chosen.delete(one)), ...chosen, ...custom.read()];
  });
}

// ---- flow

const everySecs = (rate) => ({ 1: "second", 60: "minute", 3600: "hour" })[rate.per_secs] ?? `${rate.per_secs} s`;
/** A rate limit in words; answers show it as `{count, per_secs, burst}`. */
export const rateLine = (rate) => rate ? `${rate.count} per ${everySecs(rate)}${rate.burst && rate.burst !== rate.count ? `, ${rate.burst} at once` : ""}` : "no limit";
export const orderLine = (ordering) => ordering === "none" ? "in any order" : ordering === "fifo" ? "one after another" : `in order by ${ordering.key}`;
export const batchLine = (batch) => batch ? `${plural(batch.max_events, "event")} or ${duration(batch.max_wait_secs * 1e6)}` : "each event by itself";

const flowLine = (read) => [read.rate_limit && rateLine(read.rate_limit), read.ordering !== "none" && orderLine(read.ordering), read.batch && `batches of ${read.batch.max_events}`, read.sample && `${+(read.sample * 100).toFixed(8)} % of the events`].filter(Boolean).join(", ") || "as fast as the receiver takes it, in any order";

/** Timeout, requests at once, rate, order, batch and sample. */
export function flowPart(errors, webhook) {
  const { rate_limit: rate, batch, ordering } = webhook, periods = [["1", "second"], ["60", "minute"], ["3600", "hour"]];
  if (rate && !periods.some(([secs]) => secs === String(rate.per_secs))) periods.push([String(rate.per_secs), `${rate.per_secs} seconds`]);
  const number = (path, options) => numberPart(errors, path, options);
  const timeout = number("timeout_secs", { label: "Timeout", unit: "seconds", value: webhook.timeout_secs, min: 0.1, max: 60, required: true }), flight = number("max_in_flight", { label: "Requests at once", value: webhook.max_in_flight, min: 1, max: 1000, whole: true, required: true });
  const many = number("rate_limit.count", { label: "Attempts", value: rate?.count ?? 60, min: 1, max: 1e9, whole: true, required: true }), per = choicePart(errors, "rate_limit.per_secs", { label: "in each", value: String(rate?.per_secs ?? 60), options: periods }), burst = number("rate_limit.burst", { label: "At once after a pause", value: rate?.burst, min: 1, max: 1e9, whole: true, placeholder: "all of them" });
  const limited = switchedPart(errors, "rate_limit", { label: "Limit the rate", hint: "What is above it waits; no other webhook does", value: rate, parts: [many, per, burst] });
  const key = textPart(errors, "ordering.key", { label: "Path of the key", value: ordering.key, placeholder: "data.memory_id", required: true, mono: true }), keyed = h("div", { hidden: typeof ordering === "string" }, key.node);
  const order = choicePart(errors, "ordering", { label: "Order", value: typeof ordering === "string" ? ordering : "key", options: [["none", "In any order, several at once"], ["fifo", "One after another"], ["key", "One after another for each value of a key"]], changed: (value) => { keyed.hidden = value !== "key"; } });
  const most = number("batch.max_events", { label: "Events at most", value: batch?.max_events ?? 50, min: 1, max: 1000, whole: true, required: true }), wait = number("batch.max_wait_secs", { label: "Wait at most", unit: "seconds", value: batch?.max_wait_secs ?? 60, min: 0.1, max: 86_400, required: true }), by = textPart(errors, "batch.key", { label: "Apart for each value of", value: batch?.key, placeholder: "data.user_id", mono: true });
  const batched = switchedPart(errors, "batch", { label: "Send events in batches", hint: "Collects them into one request; not together with an order", value: batch, parts: [most, wait, by] });
  const share = number("sample", { label: "Share of the events, in per cent", value: webhook.sample ? +(webhook.sample * 100).toFixed(8) : 10, min: 0, above: true, max: 100, required: true });
  const sampled = switchedPart(errors, "sample", { label: "Send only a sample", hint: "The event's id decides, so it is the same events each time", value: webhook.sample, parts: [share] });
  return group("Flow", flowLine, [h("div", { class: "subfields" }, timeout.node, flight.node), limited, h("div", { class: "subfields" }, order.node, keyed), batched, sampled], () => ({
    timeout_secs: timeout.read(), max_in_flight: flight.read(), rate_limit: limited.read(() => ({ count: many.read(), per_secs: Number(per.read()), ...(burst.read() ? { burst: burst.read() } : {}) })),
    ordering: order.read() === "key" ? { key: key.read() } : order.read(), batch: batched.read(() => ({ max_events: most.read(), max_wait_secs: wait.read(), ...(by.read() ? { key: by.read() } : {}) })), sample: sampled.read(() => share.read() / 100),
  }));
}

// ---- when the receiver fails

export const breakerLine = (breaker) => breaker ? `stops at ${Math.round(breaker.failure_rate * 100)} % of ${breaker.min_attempts} attempts in ${breaker.window_secs} s` : "no breaker";
export const disableLine = (rule) => rule === null ? "becomes inactive as the gateway says" : rule === false ? "never becomes inactive by itself" : `becomes inactive after ${plural(rule.after_days, "day")} of failures`;

/** Breaker, making inactive, handshake. */
export function failurePart(errors, webhook) {
  const { breaker, auto_disable: rule } = webhook, given = breaker ?? { failure_rate: 0.7, window_secs: 60, min_attempts: 10, open_secs: 30 };
  const number = (path, options) => numberPart(errors, path, { required: true, ...options });
  const rate = number("breaker.failure_rate", { label: "Failures, in per cent", value: +(given.failure_rate * 100).toFixed(8), min: 0, above: true, max: 100 }), window_ = number("breaker.window_secs", { label: "In the last", unit: "seconds", value: given.window_secs, min: 1, max: 3600, whole: true });
  const least = number("breaker.min_attempts", { label: "Of at least so many attempts", value: given.min_attempts, min: 1, max: 10_000, whole: true }), open = number("breaker.open_secs", { label: "Then pause", unit: "seconds", value: given.open_secs, min: 1, max: 3600, whole: true });
  const broken = switchedPart(errors, "breaker", { label: "Stop while the receiver fails (breaker)", hint: "Nothing is attempted that would only use up tries; then one attempt finds out", value: breaker, parts: [rate, window_, least, open] });
  const days = number("auto_disable.after_days", { label: "After days of failures", value: rule?.after_days ?? 5, min: 0, above: true, max: 365 }), failures = number("auto_disable.min_failures", { label: "And failed attempts", value: rule?.min_failures ?? 10, min: 1, max: 1_000_000, whole: true }), own = h("div", { class: "subfields", hidden: !rule }, days.node, failures.node);
  const disabling = choicePart(errors, "auto_disable", { label: "Becomes inactive by itself", value: rule === null ? "gateway" : rule ? "own" : "never", options: [["gateway", "As the gateway says"], ["own", "By a rule of its own"], ["never", "Never"]], changed: (value) => { own.hidden = value !== "own"; } });
  const asks = checkPart(errors, "handshake", { label: "Ask the receiver for its agreement (CloudEvents)", hint: "It is sent nothing before it agrees", value: webhook.handshake });
  return group("When the receiver fails", (read) => [read.breaker && breakerLine(read.breaker), disableLine(read.auto_disable)].filter(Boolean).join(", "), [broken, disabling, own, asks], () => ({
    breaker: broken.read(() => ({ failure_rate: rate.read() / 100, window_secs: window_.read(), min_attempts: least.read(), open_secs: open.read() })),
    auto_disable: { gateway: null, never: false }[disabling.read()] !== undefined ? { gateway: null, never: false }[disabling.read()] : { after_days: days.read(), min_failures: failures.read() }, handshake: asks.read() ? "cloudevents" : null,
  }));
}
