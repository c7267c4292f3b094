// How a webhook fared over time: figures, a chart, latency, and what its failures were.
import { api, chart, count, duration, every, h, link, panel, path, percent, plural, put } from "../kit.js";

const RANGES = [["1h", "Hour"], ["24h", "Day"], ["7d", "Week"], ["30d", "Month"]];
const ms = (n) => n == null ? "–" : duration(n * 1000);

function figures({ now, total }, id) {
  const at = encodeURIComponent(id), list = (query) => path("/deliveries", { webhook: id, ...query });
  const figure = (name, value, more, to) => h(to ? "a" : "div", { class: "figure", href: to && `#${to}` }, h("span", { class: "name" }, name), h("span", { class: "value" }, value), more && h("span", { class: "more" }, more));
  return h("div", { class: "figures" }, figure("Delivered", count(total.delivered), total.filtered ? `${count(total.filtered)} filtered` : null, list({ state: "delivered" })),
    figure("Success", percent(total.success_rate), total.attempts ? plural(total.failed_attempts, "failed attempt") : "no attempts"),
    figure("Latency p95", ms((total.delivery_ms ?? total.attempt_ms)?.p95), total.delivery_ms || total.attempt_ms ? `p50 ${ms((total.delivery_ms ?? total.attempt_ms).p50)}` : null),
    figure("Waiting", count(now.pending + now.retrying), now.retrying ? `${count(now.retrying)} retrying` : null, list({ state: "pending,retrying" })), figure("Held", count(now.held), null, list({ state: "held" })), figure("Dead", count(now.dead), now.dead ? "look and replay" : null, `/dead?webhook=${at}`));
}
function failureKinds(failures, id) {
  const rows = Object.entries(failures ?? {}).toSorted((a, b) => b[1] - a[1]), most = Math.max(1, ...rows.map(([, n]) => n));
  if (!rows.length) return h("p", { class: "muted" }, "No attempt failed in this time.");
  return h("ul", { class: "kinds" }, rows.map(([kind, n]) => h("li", null, link(path("/deliveries", { webhook: id, failure: kind }), kind), h("meter", { min: 0, max: most, value: n, "aria-label": `${kind}: ${n} failed attempts` }), h("span", { class: "number" }, count(n)))));
}
function latency(total) {
  const rows = [["Since acceptance", total.delivery_ms], ["One attempt", total.attempt_ms]].filter(([, one]) => one);
  if (!rows.length) return h("p", { class: "muted" }, "Nothing was measured in this time.");
  return h("table", { "aria-label": "Latency" }, h("thead", null, h("tr", null, h("td", null), rows.map(([name]) => h("th", { scope: "col", class: "number" }, name)))), h("tbody", null, [["p50", "half"], ["p90", "9 of 10"], ["p95", "19 of 20"], ["p99", "99 of 100"]].map(([p, share]) => h("tr", null, h("th", { scope: "row", title: `${share} were faster` }, p), rows.map(([, one]) => h("td", { class: "number" }, ms(one[p])))))));
}

/** Statistics of a webhook, fresh every ten seconds. */
export function statsView(id, { signal }) {
  let range = "24h";
  const root = h("div", { class: "stack" });
  const segments = h("div", { class: "segments", role: "group", "aria-label": "Time shown" }, RANGES.map(([name, text]) => h("button", { type: "button", "aria-pressed": name === range, dataset: { range: name }, on: { click: () => { range = name; for (const one of segments.children) one.setAttribute("aria-pressed", one.dataset.range === name); return load(); } } }, text)));
  const drawn = h("div"), top = h("div"), below = h("div", { class: "grid2" });
  put(root, top, panel({ title: "Attempts and deliveries", actions: segments }, drawn), below);
  const load = async () => {
    const mine = range, answer = await api.get(`/v1/webhooks/${encodeURIComponent(id)}/stats`, { since: range }, { signal });
    if (mine !== range) return;
    const { points, total } = answer, of = (name) => points.map((point) => point[name]);
    put(top, figures(answer, id));
    put(drawn, chart({ label: "Deliveries and failed attempts over time", times: of("at"), series: [{ name: "delivered", tone: "ok", values: of("delivered") }, { name: "filtered", tone: "filter", values: of("filtered") }, { name: "dead", tone: "bad", values: of("dead") }, { name: "failed attempts", tone: "warn", line: true, values: of("failed_attempts") }] }));
    put(below, panel("Failed attempts by kind", failureKinds(total.failures, id)), panel("Latency", latency(total)));
  };
  every(10_000, () => root.contains(document.activeElement) || root.querySelector(".tip:not([hidden])") || !root.isConnected ? null : load(), signal);
  return { node: root, ready: load() };
}
