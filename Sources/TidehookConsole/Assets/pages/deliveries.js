// The list of deliveries, and one delivery: its attempts on a timeline, what was sent and answered, why it ended as it did, and its replay.
import { api, badge, bodySize, button, bytes, confirmAction, copy, dialog, duration, empty, every, exactTime, facts, field, h, link, liveRegion, panel, put, select, setQuery, shortcut, state, table, time, toast, uid } from "../kit.js";
import { code } from "../kit/text.js";
import { FAILURES, SPANS, STATES, bounded, breakable, isSecret, renew, searched, webhookChoices, webhookLink, webhooks, withNewer } from "./lookup.js";
import { explain } from "./causes.js";
import { curl } from "./curl.js";

// ---- the list

/** A bar of filters: states as buttons, then webhook, failure, event type and time. `changed(query)` gets what is chosen. */
function filterBar(query, names, changed) {
  const chosen = { ...query };
  const set = (name, value) => { chosen[name] = value || undefined; changed(chosen); };
  const states = new Set((query.state ?? "").split(",").filter(Boolean));
  const chips = STATES.map((name) => h("button", { type: "button", class: "chip", "aria-pressed": states.has(name), on: { click: (event) => {
    if (!states.delete(name)) states.add(name);
    event.currentTarget.setAttribute("aria-pressed", states.has(name));
    set("state", [...states].join(","));
  } } }, state(name)));
  const pick = (name, label, options) => field({ label, input: select(options, { value: query[name] ?? "", on: { change: (event) => set(name, event.target.value) } }) });
  const type = h("input", { value: query.event_type ?? "", placeholder: "any", spellcheck: "false", autocomplete: "off", on: { change: (event) => set("event_type", event.target.value.trim()) } });
  return h("div", { class: "filters" }, h("div", { class: "chips", role: "group", "aria-label": "States" }, chips),
    pick("webhook", "Webhook", webhookChoices(names)), field({ label: "Event type", input: type }),
    pick("failure", "Failure", [["", "Any"], ...FAILURES]), pick("since", "Made within", [...SPANS, ...(!query.since || SPANS.some(([name]) => name === query.since) ? [] : [[query.since, `since ${isNaN(new Date(query.since)) ? query.since : exactTime(query.since)}`]])]));
}

const COLUMNS = (names) => [
  { label: "Event", class: "name", render: (row) => h("span", { title: row.event_type }, breakable(row.event_type)) },
  { label: "State", render: (row) => state(row.state) },
  { label: "Webhook", class: "name", render: (row) => webhookLink(names, row.webhook_id) },
  { label: "Why", wide: true, class: "why", render: (row) => row.reason ? h("span", { class: "muted clamp two", title: row.reason }, row.reason.split("\n")[0]) : row.waits_for_turn ? h("span", { class: "faint" }, "waits for its turn") : null },
  { label: "Attempts", number: true, render: (row) => String(row.attempt_count) },
  { label: "Next", wide: true, number: true, render: (row) => row.next_attempt_at ? time(row.next_attempt_at) : h("span", { class: "faint" }, "–") },
  { label: "Made", number: true, class: "when", render: (row) => time(row.created_at) },
];
/** A list of deliveries, also for pages of events and webhooks. */
export function deliveryTable(names, load, options = {}) {
  const named = async (cursor) => {
    const answer = await load(cursor);
    await withNewer(names, answer.data.map((row) => row.webhook_id));
    return answer;
  };
  return table({ label: "Deliveries", columns: COLUMNS(names), load: named, href: (row) => `/deliveries/${encodeURIComponent(row.id)}`, note: (answer) => searched(answer, time), ...options });
}

async function list({ query, signal, page }) {
  const names = await webhooks(signal);
  let chosen = query;
  const none = () => Object.values(chosen).some(Boolean) ? empty("No delivery is like that", "Take a filter away, or look further back.")
    : empty("No deliveries yet", names.size ? "Publish an event that a webhook wants, and its delivery appears here." : "Make a webhook, then publish an event.", names.size ? link("/events", "Publish an event", { class: "button" }) : link("/webhooks/new", "Make a webhook", { class: "button primary" }));
  const rows = deliveryTable(names, async (cursor) => bounded(await api.get("/v1/deliveries", { ...chosen, limit: 50, cursor }, { signal }), 50), { empty: none });
  const again = async () => { await renew(names); return rows.reload(); };
  page.actions(button("Refresh", { icon: "refresh", title: "Refresh (r)", on: { click: again } }));
  shortcut("r", "refresh the list", again, signal);
  // While the first page is all that is shown, and nobody is in it, what is open is looked at again.
  every(5000, () => rows.rows().length <= 50 && !rows.contains(document.activeElement) && rows.rows().some(({ state: now }) => now === "pending" || now === "retrying") ? rows.reload() : null, signal);
  return [filterBar(query, names, (now) => { chosen = now; setQuery(now); rows.reload(); }), rows];
}

// ---- one delivery

const TRIGGERS = { first: "first attempt", retry: "retry", manual: "replay", test: "test" };
const SIGNATURE = /signature|^webhook-(id|timestamp)$|hmac/i;
const isSignature = (name) => SIGNATURE.test(name) && !isSecret(name);

/** The phases of an attempt, one after another, in ms. What comes before the first of them is the pipeline, the signatures and the wait for a connection. */
export function phases(attempt) {
  const { phases: known, duration_ms: whole } = attempt;
  if (!known) return [["prepare", "neutral", whole]];
  const { resolve_ms: resolve = 0, connect_ms: connect = 0, first_byte_ms: first = 0, total_ms: total = 0 } = known;
  const rest = Math.max(0, (total ?? 0) - (resolve ?? 0) - (connect ?? 0) - (first ?? 0));
  return [["prepare", "neutral", Math.max(0, (whole ?? 0) - (total ?? 0))], ["resolve", "filter", resolve], ["connect", "info", connect], ["first byte", "accent", first], [first == null ? "until it failed" : "rest of the answer", first == null ? "bad" : "ok", rest]].filter(([, , ms]) => ms);
}
const outcome = (attempt) => attempt.failure ? badge(attempt.response ? String(attempt.response.status) : attempt.failure, attempt.failure === "script" ? "warn" : "dead", attempt.error)
  : attempt.reason != null ? badge("filtered", "filtered", attempt.reason) : attempt.response ? badge(String(attempt.response.status), "delivered") : attempt.request ? badge("sent", "delivered") : badge(attempt.body_omitted ? "done" : "nothing sent", "neutral");

function timeline(attempts, chosen, choose) {
  const longest = Math.max(0.001, ...attempts.map((one) => one.duration_ms ?? 0));
  const bar = (one) => h("span", { class: "phases", "aria-hidden": "true" }, phases(one).map(([name, tone, ms]) => h("i", { class: `tone-${tone}`, title: `${name} ${duration(ms * 1000)}`, style: { width: `${Math.max(0.4, ms / longest * 100)}%` } })));
  return h("ol", { class: "timeline", "aria-label": "Attempts, newest first" }, attempts.map((one) => h("li", null, h("button", { type: "button", "aria-pressed": one === chosen, dataset: { number: one.number }, on: { click: () => choose(one) } },
    h("span", { class: "number" }, `#${one.number}`), outcome(one), h("span", { class: "muted what" }, TRIGGERS[one.trigger] ?? one.trigger), h("span", { class: "muted when" }, time(one.started_at)), bar(one), h("span", { class: "number took" }, duration((one.duration_ms ?? 0) * 1000))))));
}

const values = (headers) => Object.entries(headers ?? {}).flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)]));
/** Headers as a table; values that may be secret are shown when they are asked for. */
export function headerTable(headers, label) {
  const rows = values(headers);
  if (!rows.length) return null;
  const shown = (name, value) => {
    if (!isSecret(name)) return value;
    const text = h("span", null, "••••••••");
    return [text, " ", button("show", { small: true, kind: "quiet", label: `Show ${name}`, on: { click: (event) => { text.textContent = value; event.currentTarget.remove(); } } })];
  };
  return h("div", { class: "scroll" }, h("table", { class: "headers", "aria-label": label }, h("tbody", null, rows.map(([name, value]) => h("tr", null, h("th", { scope: "row" }, name), h("td", { class: "mono" }, shown(name, value), isSignature(name) && [" ", h("span", { class: "tag" }, "signature")]))))));
}
const kindOf = (headers) => /json/i.test(values(headers).find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "") ? "json" : null;
function bodyOf(message, label) {
  if (message.body_base64 != null) return h("div", { class: "stack tight" }, h("p", { class: "muted" }, "The body is no text; it is shown in base64."), code(message.body_base64, null, { label }));
  if (!message.body) return h("p", { class: "faint" }, "No body");
  return code(message.body, kindOf(message.headers) ?? (/^\s*[[{]/.test(message.body) ? "json" : null), { label });
}

// Why there is nothing to show of what was sent or answered.
const absent = (delivery, attempt, otherwise) => h("p", { class: "muted" }, delivery.erased_at ? "It was erased with the content of the event." : attempt.body_omitted ? "It is left out here: the attempts of this delivery are large." : otherwise);
function requestPanel(delivery, attempt) {
  const { request } = attempt;
  if (!request) return panel("Request", absent(delivery, attempt, "Nothing was sent."));
  const isHTTP = /^https?:/i.test(request.url);
  return panel({ title: "Request as sent", actions: isHTTP && button("Copy as curl", { icon: "copy", small: true, on: { click: () => copy(curl({ ...request, headers: values(request.headers) }, { isSecret })) } }) },
    h("div", { class: "stack tight" }, h("p", { class: "mono break" }, h("strong", null, request.method), " ", request.url), headerTable(request.headers, "Headers of the request"), bodyOf(request, "Request body")));
}
function responsePanel(delivery, attempt) {
  const { response } = attempt;
  if (!response) return panel("Response", absent(delivery, attempt, attempt.request ? "No answer came." : "There was nobody to answer."));
  return panel("Response", h("div", { class: "stack tight" }, h("div", { class: "row" }, badge(String(response.status), attempt.failure ? "dead" : "delivered"), h("span", { class: "muted" }, bytes(bodySize(response)), response.truncated && ", cut: only the beginning of the answer is kept")),
    headerTable(response.headers, "Headers of the response"), bodyOf(response, "Response body")));
}

function details(delivery, attempt) {
  const cause = h("div", { class: "stack" });
  explain(delivery, attempt).then((nodes) => put(cause, nodes), () => put(cause));
  const legend = h("ul", { class: "legend" }, phases(attempt).map(([name, tone, ms]) => h("li", null, h("i", { class: `tone-${tone}` }), name, h("b", null, duration(ms * 1000)))));
  return h("div", { class: "stack", role: "group", "aria-label": `Attempt ${attempt.number}` },
    panel(`Attempt ${attempt.number}`, h("div", { class: "stack" }, legend, facts([
      ["Why it was made", TRIGGERS[attempt.trigger] ?? attempt.trigger], ["Started", time(attempt.started_at)], ["Took", duration((attempt.duration_ms ?? 0) * 1000)],
      ["Revision", link(`/webhooks/${encodeURIComponent(delivery.webhook_id)}?revision=${attempt.revision}`, `revision ${attempt.revision}`)],
      attempt.plugins?.length ? ["Plugins", attempt.plugins.map(({ name, revision }, i) => [i > 0 && ", ", link(`/plugins/${encodeURIComponent(name)}`, name, { class: "inline" }), ` revision ${revision}`])] : null]), cause)),
    attempt.log ? panel("Script log", code(attempt.log, null, { label: "Script log" })) : null,
    h("div", { class: "grid2" }, requestPanel(delivery, attempt), responsePanel(delivery, attempt)));
}

/** One sentence about where the delivery stands, in the tone of its state. */
function standing(delivery) {
  const reason = delivery.reason?.split("\n")[0];
  if (delivery.erased_at) return h("p", { class: "note" }, h("span", null, "The content of its event was erased ", time(delivery.erased_at), ". It cannot be replayed."));
  const texts = {
    pending: delivery.waits_for_turn ? "It waits for its turn: the event before it with the same key is not done." : ["It is due ", delivery.next_attempt_at ? time(delivery.next_attempt_at) : "now", "."],
    retrying: [`${reason ?? "The last attempt failed"}. The next attempt is due `, time(delivery.next_attempt_at), "."], delivered: null,
    filtered: ["Filtered on purpose: ", h("strong", null, reason ?? "the pipeline did not want it"), ". Nothing was sent."], dead: ["No further attempt will be made: ", h("strong", null, reason ?? "unknown"), ". Mend the cause, then replay it."],
    held: "Its webhook is inactive. It is delivered, or skipped, when the webhook is resumed.", cancelled: reason ?? "Its webhook was deleted.",
  };
  const text = texts[delivery.state];
  return text && h("p", { class: ["note", { retrying: "warn", dead: "bad", filtered: "filter" }[delivery.state]] }, h("span", null, text));
}

/** Asks with which revision of its webhook a delivery is to be replayed: "original", or a number; nothing when it was not chosen. */
async function chooseRevision(delivery, signal) {
  const { data: known, next_cursor: more } = await api.get(`/v1/webhooks/${encodeURIComponent(delivery.webhook_id)}/revisions`, { limit: 50 }, { signal });
  const first = delivery.attempts.find(({ number }) => number === 1), group = uid("revision");
  const choice = (value, label, ...hint) => h("label", { class: "choice" }, h("input", { type: "radio", name: group, value, checked: value === "original" }), h("span", null, h("strong", null, label), h("span", { class: "muted" }, hint)));
  const list = h("div", { class: "stack tight", role: "radiogroup", "aria-label": "Revisions" },
    choice("original", first ? `Original, revision ${first.revision}` : "Original", "as at the first attempt", first?.plugins.length > 0 && ", with the plugins of then"),
    known.map((row, i) => choice(String(row.revision), `Revision ${row.revision}`, i === 0 && "the current one, ", "made ", time(row.created_at), " by ", row.made_by, row.changed?.length > 0 && `: ${row.changed.join(", ")}`)));
  const opened = dialog("Replay with an earlier revision", h("div", { class: "stack" }, list, more && h("p", { class: "muted" }, `These are the newest ${known.length}; older ones are taken by `, h("code", null, "tidehook deliveries replay --revision"), "."),
    h("p", { class: "muted" }, "Its retries run the same. A revision that is chosen by its number runs the plugins as they are now; secrets are always those of now.")), {
    actions: [button("Cancel", { on: { click: () => opened.close() } }), button("Replay", { icon: "replay", kind: "primary", on: { click: () => opened.close(list.querySelector("input:checked").value) } })] });
  const chosen = await opened.closed;
  return chosen === undefined || chosen === "original" ? chosen : Number(chosen);
}

async function one({ params, signal, page }) {
  const at = `/v1/deliveries/${encodeURIComponent(params.id)}`;
  let [delivery, names] = await Promise.all([api.get(at, null, { signal }), webhooks(signal)]);
  await withNewer(names, [delivery.webhook_id]);
  let chosen = null;
  const root = h("div", { class: "stack" });

  const replay = async (revision) => {
    if (delivery.state === "delivered" && !await confirmAction({ title: "Deliver it once more?", body: "It was delivered already. The receiver gets the event a second time, with the same id.", action: "Deliver again" })) return;
    await api.post(`${at}/replay`, { revision });
    toast(revision === "current" ? "Replayed" : revision === "original" ? "Replayed as the webhook was at its first attempt" : `Replayed with revision ${revision}`);
    await refresh();
  };
  const replayEarlier = async () => {
    const revision = await chooseRevision(delivery, signal);
    if (revision !== undefined) await replay(revision);
  };
  const draw = () => {
    const attempts = delivery.attempts.toSorted((a, b) => b.number - a.number);
    chosen = attempts.find((attempt) => attempt.id === chosen?.id) ?? attempts[0] ?? null;
    const open = delivery.state === "pending" || delivery.state === "retrying";
    page.title(delivery.event_type);
    page.crumbs(["/deliveries", "Deliveries"]);
    page.sub(h("div", { class: "row" }, state(delivery.state), h("span", null, "to ", webhookLink(names, delivery.webhook_id)), h("span", null, "of ", link(`/events/${encodeURIComponent(delivery.event_id)}`, h("span", { class: "id" }, delivery.event_id))), h("span", null, "made ", time(delivery.created_at))));
    // Of one revision there is no earlier one; plugins have revisions of their own.
    const isAsEver = names.get(delivery.webhook_id)?.revision === 1 && !delivery.attempts.some(({ plugins }) => plugins?.length);
    page.actions(delivery.attempts.length && delivery.state !== "held" && !isAsEver ? button("Replay with an earlier revision", { icon: "replay", disabled: delivery.state === "pending" || !!delivery.erased_at, on: { click: replayEarlier } }) : null,
      // What is held goes when its webhook is resumed, not before.
      delivery.state === "held" ? link(`/webhooks/${encodeURIComponent(delivery.webhook_id)}`, "Open its webhook", { class: "button primary" }) : button(open ? "Try now" : "Replay", { icon: "replay", kind: "primary", disabled: delivery.state === "pending" || !!delivery.erased_at, on: { click: () => replay("current") } }));
    const chooseOne = (attempt) => { chosen = attempt; draw(); root.querySelector(`[data-number="${attempt.number}"]`)?.focus(); };
    put(root, standing(delivery), attempts.length ? panel({ title: `${attempts.length === 1 ? "Attempt" : `${attempts.length} attempts`}`, flush: true }, timeline(attempts, chosen, chooseOne)) : panel("Attempts", empty("Not attempted yet", delivery.state === "held" ? "It waits for its webhook." : null)),
      chosen && details(delivery, chosen),
      panel("Delivery", facts([["Id", h("button", { type: "button", class: "id copy", title: "Copy", on: { click: () => copy(delivery.id) } }, delivery.id)], ["State", state(delivery.state)], ["Made", time(delivery.created_at)], ["Changed", time(delivery.updated_at)], ["Next attempt", delivery.next_attempt_at && time(delivery.next_attempt_at)], ["Batch", delivery.batch && h("span", { class: "id" }, delivery.batch)]])));
  };
  const refresh = async () => {
    const fresh = await api.get(at, null, { signal });
    if (fresh.updated_at === delivery.updated_at && fresh.state === delivery.state && fresh.attempts.length === delivery.attempts.length) return;
    if (fresh.state !== delivery.state) liveRegion(`The delivery is ${fresh.state}`);
    if (chosen && fresh.attempts.length > delivery.attempts.length) chosen = null;
    delivery = fresh;
    draw();
  };
  draw();
  every(1500, () => ["pending", "retrying"].includes(delivery.state) ? refresh() : null, signal);
  return root;
}

export default [{ path: "/deliveries", title: "Deliveries", render: list }, { path: "/deliveries/:id", title: "Delivery", render: one }];
