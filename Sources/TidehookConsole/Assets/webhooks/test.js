// A test send: one sample event through the pipeline to the real receiver, at once; nothing of it is stored.
import { api, badge, bodySize, bytes, button, dialog, duration, field, h, liveRegion, parseJSON, put } from "../kit.js";
import { code } from "../kit/text.js";
import { headerTable, phases } from "../pages/deliveries.js";
import { knownTypes } from "./form.js";

const OUTCOME = { delivered: ["delivered", "delivered"], filtered: ["filtered", "filtered"], failed: ["failed", "dead"] };

function result({ outcome, reason, attempt }) {
  const { request, response } = attempt, [text, shape] = OUTCOME[outcome] ?? [outcome, "neutral"];
  const body = (message, label) => message.body_base64 != null ? h("p", { class: "muted" }, "A body that is no text.") : message.body ? code(message.body, /^\s*[[{]/.test(message.body) ? "json" : null, { label }) : h("p", { class: "faint" }, "No body");
  const headers = (message, label) => h("details", null, h("summary", null, "Headers"), headerTable(message.headers, label));
  return h("div", { class: "stack" }, h("div", { class: "row" }, badge(text, shape), response && badge(String(response.status), outcome === "delivered" ? "delivered" : "dead"), h("span", { class: "muted" }, duration((attempt.duration_ms ?? 0) * 1000))),
    reason || attempt.error ? h("p", { class: ["note", outcome === "filtered" ? "filter" : "bad"] }, h("span", null, attempt.error ?? reason)) : null,
    h("ul", { class: "legend" }, phases(attempt).map(([name, tone, ms]) => h("li", null, h("i", { class: `tone-${tone}` }), name, h("b", null, duration(ms * 1000))))),
    attempt.log ? h("div", { class: "stack tight" }, h("h3", null, "Script log"), code(attempt.log, null, { label: "Script log" })) : null,
    request ? h("div", { class: "stack tight" }, h("h3", null, "Sent"), h("p", { class: "mono break" }, request.method, " ", request.url), headers(request, "Headers of the request"), body(request, "Request body")) : h("p", { class: "muted" }, "Nothing was sent."),
    response ? h("div", { class: "stack tight" }, h("h3", null, `Answer, ${bytes(bodySize(response))}`), headers(response, "Headers of the response"), body(response, "Response body")) : null);
}

/** Asks for a type, sends, and shows what came of it. */
export function testSend(webhook, signal) {
  const exact = webhook.events.filter((one) => !one.includes("*")), list = h("datalist", { id: "test-types" }, exact.map((one) => h("option", { value: one })));
  const type = h("input", { list: list.id, value: exact[0] ?? "memory.created", autocomplete: "off", spellcheck: "false" });
  const typed = field({ label: "Event type", input: type }), data = h("textarea", { rows: 3, class: "mono", spellcheck: "false", placeholder: "a sample of that type" }), given = field({ label: "Data", hint: "A JSON object. Empty: a sample", input: data, optional: true });
  knownTypes(signal).then((types) => list.append(...types.filter((one) => !exact.includes(one)).map((one) => h("option", { value: one }))));
  const shown = h("div", { "aria-live": "polite" });
  const send = async () => {
    typed.setError(null);
    given.setError(null);
    let payload;
    if (data.value.trim()) try { payload = parseJSON(data.value); } catch (error) { given.setError(`This is no JSON: ${error.message}`); data.focus(); return; }
    put(shown, h("p", { class: "faint" }, "Sending…"));
    try {
      const answer = await api.post(`/v1/webhooks/${encodeURIComponent(webhook.id)}/test`, { event: type.value.trim(), ...(payload === undefined ? {} : { data: payload }) }, { signal });
      put(shown, result(answer));
      liveRegion(`The test is ${answer.outcome}`);
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      const at = { event: typed, data: given }[error.field?.split(/[.[]/)[0]];
      put(shown, at ? null : h("p", { class: "note bad", role: "alert" }, h("span", null, error.message)));
      at?.setError(error.message);
    }
  };
  const form = h("form", { class: "stack", novalidate: true, on: { submit: (event) => { event.preventDefault(); go.click(); } } }, h("p", { class: "muted" }, "Goes through the pipeline, signed, to the real receiver, at once, also while the webhook is paused. It is marked as a test, and nothing of it is stored or counted."), typed, list, given);
  const go = button("Send", { kind: "primary", icon: "play", on: { click: send } });
  form.append(h("div", { class: "row" }, go));
  dialog("Send a test", h("div", { class: "stack" }, form, shown), { wide: true });
}
