// One request that a source received: what was decided and why, what came, what was answered; and running it again.
import { api, badge, bytes, button, copy, exactTime, facts, h, link, panel, plural, state, time, toast } from "../../kit.js";
import { code } from "../../kit/text.js";
import { curl } from "../curl.js";
import { inbound, schemeName } from "./schemes.js";

const VERDICTS = {
  accepted: (r) => ["ok", "Believed, and published", `${plural(r.event_count, "event")} of it went to the webhooks.`],
  duplicate: () => ["info", "A repeat", "The sender's id, or all of its events, came before. It was answered as the first was, and published nothing."],
  answered: () => ["info", "Answered without events", "The source's code answered: a challenge, a ping, a handshake."],
  rejected: () => ["bad", "Refused", "Nothing of it was published. Once the cause is mended it can be run again."],
};
/** What the API shows in place of a value that may be secret. */
const HIDDEN = "<secret>";
/** Whether a request may run again. */
export const mayRunAgain = (request) => request.state === "rejected" || request.state === "answered";

/** Runs a request again, and says what became of it. */
export async function rerun(request) {
  const answer = await api.post(`/v1/sources/${request.source_id}/requests/${request.id}/rerun`);
  toast(answer.state === "accepted" ? `Accepted: ${plural(answer.event_count, "event")}.` : `${answer.state}${answer.reason ? `: ${answer.reason}` : ""}`, { bad: answer.state === "rejected" });
  return answer;
}

/** Bytes as they came: text as it is, JSON indented, the rest as base64. */
export function body(message, label) {
  if (message?.body_base64 != null) return h("div", { class: "stack tight" }, h("p", { class: "muted" }, "No text: shown as base64."), code(message.body_base64, null, { label }));
  const text = message?.body ?? "";
  if (text === "") return h("p", { class: "faint" }, "No body.");
  return code(text, /^\s*[[{"]/.test(text) ? "json" : null, { label });
}
/** Headers as a table; what was hidden is a mark. */
export const headers = (list, label) => {
  const pairs = Object.entries(list ?? {});
  if (!pairs.length) return h("p", { class: "faint" }, "No headers.");
  return h("table", { class: "headers", "aria-label": label }, h("tbody", null, pairs.map(([name, value]) =>
    h("tr", null, h("th", { scope: "row" }, name), h("td", { class: "mono break" }, value === HIDDEN ? badge("hidden", "neutral", "It may be secret") : value)))));
};

function asCurl(source, request) {
  const { method, headers: list, body: text, body_base64 } = request.request;
  const url = inbound(source) + (request.path ?? "") + (request.query ? `?${request.query}` : "");
  const pairs = Object.entries(list ?? {}).filter(([name]) => name.toLowerCase() !== "host").flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)]));
  return curl({ method, url, headers: pairs, body: text, body_base64 }, { isSecret: (_, value) => value === HIDDEN, options: ["-i"] });
}

/** The page of one request. */
export async function requestPage({ params, signal, page }) {
  const [source, request] = await Promise.all([api.get(`/v1/sources/${params.id}`, {}, { signal }), api.get(`/v1/sources/${params.id}/requests/${params.request}`, {}, { signal })]);
  const [tone, verdict, meaning] = (VERDICTS[request.state] ?? (() => ["info", request.state, ""]))(request);
  page.crumbs(["/sources", "Sources"], [`/sources/${source.id}`, source.name]);
  page.title(`${request.method} ${request.path || "/"}`);
  page.sub(h("span", { class: "row" }, state(request.state), h("span", null, "received ", time(request.received_at)), h("span", { class: "id" }, request.id)));
  page.actions(
    button("Copy as curl", { icon: "copy", on: { click: () => copy(asCurl(source, request)) } }),
    mayRunAgain(request) && button("Run again", { icon: "replay", kind: "primary", on: { click: async () => { await rerun(request); page.refresh(); } } }));
  return h("div", { class: "stack" },
    h("div", { class: ["note", tone === "info" ? null : tone] }, h("div", null, h("strong", null, verdict, request.reason ? ": " : ". "), request.reason && h("span", null, request.reason), h("p", { class: "muted" }, meaning))),
    panel("Decision", facts([
      ["Answered", String(request.status)], ["Verification", schemeName(request.scheme)], ["Source's revision", String(request.revision)],
      ["Plugin", request.plugin && h("span", null, link(`/plugins/${encodeURIComponent(request.plugin.name)}`, request.plugin.name), ` revision ${request.plugin.revision}`)],
      ["Body", bytes(request.body_bytes)], ["Received", exactTime(request.received_at)], ["Run again", request.rerun_at && time(request.rerun_at)],
    ])),
    request.events.length > 0 && panel("Events", h("ul", { class: "stack tight" }, request.events.map((id) => h("li", null, link(`/events/${encodeURIComponent(id)}`, id, { class: "id" }))))),
    panel({ title: "The request as it came", actions: h("span", { class: "faint" }, "what may be secret is hidden") },
      h("div", { class: "stack" }, h("p", { class: "mono break" }, h("strong", null, request.request.method), " ", request.request.url), headers(request.request.headers, "Headers of the request"), body(request.request, "Body of the request"))),
    panel("What the sender was told", h("div", { class: "stack" }, h("p", { class: "mono" }, h("strong", null, String(request.answer.status))), headers(request.answer.headers, "Headers of the answer"), body(request.answer, "Body of the answer"))),
    request.log ? panel("Log of the code", code(request.log, null, { label: "Log" })) : null);
}
