// The cases of a plugin: run on the gateway, with what came out.
import { api, badge, bytes, button, duration, empty, formatJSON, h, panel, plural, put } from "../../kit.js";
import { code } from "../../kit/text.js";

const shown = (value) => value == null ? h("span", { class: "faint" }, "nothing") : code(typeof value === "string" ? value : formatJSON(value), typeof value === "string" ? null : "json", { label: "Value", raw: true });

function difference({ member, path, expected, got }) {
  return h("div", { class: "stack tight" }, h("h3", { class: "mono" }, [member, path].filter(Boolean).join(path?.startsWith("[") ? "" : ".")),
    h("div", { class: "grid2" }, h("div", null, h("p", { class: "faint" }, "Expected"), shown(expected)), h("div", null, h("p", { class: "faint" }, "Came"), shown(got))));
}
function one(result) {
  const cost = [result.cpu_us != null && duration(Number(result.cpu_us)), result.memory_bytes != null && bytes(Number(result.memory_bytes))].filter(Boolean).join(" · ");
  const head = h("span", { class: "row" }, badge(result.passed ? "passed" : "failed", result.passed ? "ok" : "bad"), h("span", { class: "break" }, result.name), cost && h("span", { class: "faint" }, cost));
  if (result.passed && !result.log) return h("li", { class: "case" }, head);
  return h("li", { class: "case" }, h("details", { open: !result.passed }, h("summary", null, head),
    h("div", { class: "stack" }, (result.differences ?? []).map(difference), result.log && h("div", null, h("p", { class: "faint" }, "Log"), code(result.log, null, { label: "Log" })))));
}
function results(answer) {
  if (answer.problem) return h("div", { class: "note bad" }, answer.problem);
  if (!answer.cases.length) return empty("No cases", "A cases.json beside plugin.lua holds inputs and what is expected of each.");
  const failures = answer.cases.filter(({ passed }) => !passed).length;
  return h("div", { class: "stack" }, h("p", { role: "status" }, failures ? h("strong", { class: "bad-text" }, `${failures} of ${plural(answer.cases.length, "case")} failed`) : h("strong", { class: "ok-text" }, `All ${plural(answer.cases.length, "case")} passed`)),
    h("ul", { class: "cases" }, answer.cases.toSorted((a, b) => a.passed - b.passed).map(one)));
}

/** The tab: the cases run when they are asked for. */
export function caseList(plugin, signal) {
  const slot = h("div", null, h("p", { class: "muted" }, "Cases are the plugin's own tests: an input each, and what must come out. They run on this gateway, under the limits of deliveries; nothing is sent or stored."));
  const command = `tidehook plugins test ${plugin.name}`;
  const run = async () => {
    try { put(slot, results(await api.post(`/v1/plugins/${encodeURIComponent(plugin.name)}/test`, undefined, { signal }))); } catch (error) {
      if (error.status !== 404 && error.status !== 405) throw error;
      put(slot, empty("This gateway runs no cases", h("span", null, "On the command line they run with ", h("code", null, command), ".")));
    }
  };
  return panel({ title: "Cases", actions: button("Run the cases", { icon: "play", small: true, kind: "primary", on: { click: run } }) }, slot);
}
