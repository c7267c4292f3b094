// Operational events, which the gateway itself publishes: each in a sentence with a link to what it is about, and webhooks that pass them on.
import { api, badge, button, bytes, count, dialog, empty, every, field, formatJSON, h, health, link, panel, path, percent, plural, put, select, session, setQuery, table, time, toast } from "../kit.js";
import { form } from "../kit/forms.js";
import { code } from "../kit/text.js";
import { showOnce } from "./once.js";
import { all } from "./plugins/uses.js";

const webhook = (data) => h("bdi", null, data.webhook ? link(`/webhooks/${data.webhook}`, data.name ?? data.webhook) : h("strong", null, data.name ?? "A webhook"));
const plugin = (data) => link(`/plugins/${encodeURIComponent(data.plugin)}`, data.plugin);
const failures = (data) => data.failures ? ` after ${plural(data.failures, "failure")}` : "";
// What each event says, and how urgent it is.
const SENTENCES = {
  "webhook.failing": ["warn", (d) => [webhook(d), ` has had nothing but failures for ${percent(d.progress)} of what makes it inactive: ${plural(d.failures, "failure")}`, d.failing_since && [" since ", time(d.failing_since)], d.disables_at && [", inactive ", time(d.disables_at)], "."]],
  "webhook.disabled": ["bad", (d) => [webhook(d), d.reason === "receiver" ? " became inactive because its receiver said so" : ` became inactive${failures(d)}`, ". Its events are held.", d.message && h("span", { class: "muted" }, " ", d.message)]],
  "webhook.recovered": ["ok", (d) => [webhook(d), ` delivers again${failures(d)}.`]],
  "delivery.dead": ["bad", (d) => [d.webhook ? link(path("/dead", { webhook: d.webhook }), plural(d.count ?? 1, "delivery", "deliveries")) : plural(d.count ?? 1, "delivery", "deliveries"), " to ", webhook(d), ` ${d.count === 1 ? "is" : "are"} dead: `, causes(d.failures), "."]],
  "plugin.loaded": ["ok", (d) => [plugin(d), ` is loaded, revision ${d.revision}.`]],
  "plugin.rejected": ["bad", (d) => [plugin(d), d.revision == null ? " is refused; no version of it ever loaded. " : ` has a change that is refused; revision ${d.revision} goes on. `, h("span", { class: "muted" }, d.problem)]],
  "plugin.removed": ["info", (d) => [h("strong", null, d.plugin), ` is gone from the plugin folder; revision ${d.revision} was the last.`]],
  "store.low_space": ["bad", (d) => ["The data folder's disk is nearly full: ", h("strong", null, bytes(Number(d.free_bytes))), ` of ${bytes(Number(d.total_bytes))} are free. `, link("/about", "The store")]],
  "store.recovered": ["ok", (d) => [`The data folder's disk has space again: ${bytes(Number(d.free_bytes))} are free.`]],
  "source.rejecting": ["warn", (d) => [link(`/sources/${d.source}`, d.name ?? d.source), " refuses requests: ", d.request ? link(`/sources/${d.source}/requests/${d.request}`, d.reason ?? "the first of them") : d.reason, "."]],
};
const CAUSES = { status: "the answer's status", timeout: "no answer in time", connect: "no connection", dns: "no such host", tls: "the TLS handshake failed", blocked: "the address is not allowed", script: "the script failed", signature: "it could not be signed", response: "the answer says so", malformed: "the answer is no HTTP", oversized: "the answer is too large", database: "the database refused", handshake: "the receiver did not agree", auth: "no token", proxy: "the proxy failed" };
const causes = (found) => { const list = Object.entries(found ?? {}).filter(([, n]) => n > 0); return list.length ? list.map(([cause, n]) => list.length > 1 ? `${CAUSES[cause] ?? cause} (${count(n)})` : CAUSES[cause] ?? cause).join(", ") : "the last try failed"; };

/** An operational event as a sentence; one of an unknown type by its data. */
export function sentence({ event, data }) {
  const [, say] = SENTENCES[event] ?? [];
  try { if (say && data) return h("span", { class: "break sentence" }, say(data)); } catch { /* not as expected: shown as data */ }
  return h("code", { class: "break" }, formatJSON(data, 0));
}
const KINDS = [["", "all of them"], ...Object.keys(SENTENCES).map((event) => [event, event])];

async function list({ query, page, signal }) {
  page.sub("What an operator should know, published by the gateway itself as events of the namespace tidehook.");
  const mine = session.key?.namespaces;
  if (mine && !mine.includes("tidehook")) return empty("Not for this key", `Operational events are in the namespace tidehook. This key is limited to ${mine.join(", ")}.`);
  const box = h("div");
  const subscribed = async () => put(box, subscribers((await all("/v1/webhooks", signal)).filter(({ namespace }) => namespace === "tidehook")));
  page.actions(button("Pass them on", { icon: "plus", kind: "primary", on: { click: () => subscribe(subscribed) } }));
  let kind = KINDS.some(([id]) => id === query.event) ? query.event : "";
  const load = (cursor, limit = 50) => api.get("/v1/events", { namespace: "tidehook", event: kind, limit, cursor }, { signal });
  const rows = table({
    label: "Operational events", load,
    columns: [
      { label: "When", class: "nowrap", render: (event) => time(event.accepted_at) },
      { label: "Event", class: "nowrap", render: (event) => link(`/events/${encodeURIComponent(event.id)}`, badge(event.event, SENTENCES[event.event]?.[0] ?? "neutral")) },
      { label: "What happened", class: "summary", render: sentence },
    ],
    empty: () => kind ? empty("None of these", "Nothing of this kind has happened.") : empty("Nothing to report", "Failing and recovering webhooks, dead deliveries, refused plugins, rejecting sources and a full disk are told here."),
  });
  const chosen = select(KINDS, { value: kind, on: { change: () => {
    kind = chosen.value;
    setQuery({ event: kind });
    rows.reload();
  } } });
  every(5000, async () => { const { data } = await load(null, 20); const known = new Set(rows.rows().map(({ id }) => id)), fresh = data.filter(({ id }) => !known.has(id)); if (fresh.length) rows.prepend(fresh); }, signal);
  await subscribed();
  return h("div", { class: "stack" }, box, h("div", { class: "filters" }, field({ label: "Events", input: chosen })), rows);
}

// ---- who is told

function subscribers(webhooks) {
  if (!webhooks.length) return h("div", { class: "note" }, h("span", null, h("strong", null, "Nobody is told yet. "), "A webhook of the namespace tidehook passes these events on, to Slack or to your own service."));
  return panel("Who is told", h("ul", { class: "stack tight" }, webhooks.map((one) => h("li", { class: "row" }, link(`/webhooks/${one.id}`, one.name), health(one), one.events.map((event) => h("code", { class: "tag" }, event))))));
}

const FORMS = { "": "JSON, signed", slack: "a Slack message", discord: "a Discord message", teams: "a Teams message", "google-chat": "a Google Chat message" };
const WANTED = [["webhook.*", "Webhooks that fail, become inactive or recover"], ["delivery.dead", "Deliveries that are not tried again"], ["source.rejecting", "Sources that refuse requests"], ["plugin.*", "Plugins that are loaded, refused or removed"], ["store.*", "The disk, when it is nearly full"]];

function subscribe(done) {
  const boxes = WANTED.map(([value, text]) => h("label", { class: "row" }, h("input", { type: "checkbox", value, checked: value !== "plugin.*" }), h("span", null, text)));
  const asked = form({
    submit: "Make the webhook", cancel: () => opened.close(),
    fields: [
      { name: "url", label: "Where to", type: "url", required: true, placeholder: "https://hooks.slack.com/services/…", validate: (value) => /^https?:\/\/\S+$/i.test(value) ? null : "An http or https address." },
      { name: "as", label: "As", type: "select", options: Object.entries(FORMS) },
      { node: h("fieldset", { class: "stack tight" }, h("legend", null, "What to tell"), boxes) },
    ],
    onSubmit: async ({ url, as }) => {
      const events = boxes.map((one) => one.firstChild).filter(({ checked }) => checked).map(({ value }) => value);
      if (!events.length) throw new Error("Choose what to tell.");
      const made = await api.post("/v1/webhooks", { url, events, namespace: "tidehook", name: "operational events", ...(as && { pipeline: [{ plugin: as }], signing: [] }) });
      opened.close();
      toast("Made. What happens from now on is told.");
      if (!as && made.secret) await showOnce({ title: "The webhook's secret", label: "Secret", secret: made.secret, hint: "It signs each request." });
      await done();
    },
  });
  asked.control("url").addEventListener("input", () => {
    const host = asked.control("url").value, as = /hooks\.slack\.com/.test(host) ? "slack" : /discord(app)?\.com/.test(host) ? "discord" : /chat\.googleapis\.com/.test(host) ? "google-chat" : /logic\.azure\.com|webhook\.office\.com|powerplatform\.com/.test(host) ? "teams" : null;
    if (as) asked.control("as").value = as;
  });
  const opened = dialog("Pass operational events on", h("div", { class: "stack" }, asked, h("details", { class: "fold" }, h("summary", null, "On the command line"), code("tidehook webhooks add https://your-app.com/ops --namespace tidehook --events 'webhook.*,delivery.dead'", null, { label: "Command" }))));
}

export default [{ path: "/operations", title: "Operations", render: list }];
