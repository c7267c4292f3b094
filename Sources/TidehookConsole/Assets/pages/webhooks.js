// The list of webhooks with their health, and the routes to one of them: made, looked at, changed.
import { api, button, count, empty, h, health, link, percent, shortcut, sparkline, table } from "../kit.js";
import { show } from "../webhooks/detail.js";
import { edit } from "../webhooks/form.js";
import { breakable } from "./lookup.js";

/** Of how many webhooks the overview tells at most. */
const BUSIEST = 100;
/** How each webhook fared in the last day, by id; nothing for those beyond the overview's hundred, the busiest. */
const fares = (signal) => api.get("/v1/overview", { since: "24h", limit: BUSIEST }, { signal }).then(({ webhooks }) => new Map(webhooks.map((one) => [one.id, one])), (error) => { if (error.name === "AbortError") throw error; return new Map(); });
const stages = (pipeline) => pipeline.map((stage) => stage.plugin ?? "script").join(" → ");

async function list({ signal, page }) {
  let known = await fares(signal);
  const of = (row) => known.get(row.id), none = (row) => !row || known.size < BUSIEST || known.has(row?.id) ? h("span", { class: "faint" }, "–") : h("span", { class: "faint", title: "Counted here for the hundred busiest alone: the webhook's own page has its figures" }, "not counted");
  const columns = [
    { label: "Name", class: "name roomy", render: (row) => breakable(row.name), below: (row) => h("span", { class: "mono muted clamp", title: row.url }, row.url) },
    { label: "Health", render: health },
    { label: "Events", wide: true, class: "break", render: (row) => [row.events.slice(0, 2).map((one) => [h("span", { class: "tag", title: one }, one), " "]), row.events.length > 2 && h("span", { class: "faint", title: row.events.join(", ") }, `+${row.events.length - 2}`)] },
    { label: "Pipeline", wide: true, class: "words", render: (row) => row.pipeline.length ? h("span", { class: "muted" }, stages(row.pipeline)) : none() },
    { label: "Success, 24 h", number: true, render: (row) => of(row)?.total.success_rate == null ? none(row) : h("span", { class: of(row).total.success_rate < 0.9 ? "bad-text" : null }, percent(of(row).total.success_rate)) },
    { label: "Trend", wide: true, render: (row) => of(row)?.series ? sparkline(of(row).series.delivered, { label: `Deliveries of ${row.name}, last day` }) : none() },
    { label: "Held", number: true, wide: true, render: (row) => row.held_count ? link(`/deliveries?state=held&webhook=${encodeURIComponent(row.id)}`, `${count(row.held_count)}${row.held_count_capped ? "+" : ""}`) : none() },
    { label: "Dead", number: true, render: (row) => of(row)?.now.dead ? link(`/dead?webhook=${encodeURIComponent(row.id)}`, count(of(row).now.dead)) : none() },
  ];
  const make = () => link("/webhooks/new", "New webhook", { class: "button primary", title: "New webhook (n)" });
  const rows = table({ label: "Webhooks", columns, load: (cursor) => api.get("/v1/webhooks", { limit: 50, cursor }, { signal }), href: (row) => `/webhooks/${encodeURIComponent(row.id)}`,
    empty: empty("No webhooks yet", "A webhook says where events go, and which. Its deliveries are signed, tried again, and kept to be looked at.", link("/webhooks/new", "Make a webhook", { class: "button primary" })) });
  page.actions(button("Refresh", { icon: "refresh", on: { click: async () => { known = await fares(signal); await rows.reload(); } } }), make());
  shortcut("n", "new webhook", () => { location.hash = "#/webhooks/new"; }, signal);
  return rows;
}

export default [{ path: "/webhooks", title: "Webhooks", render: list }, { path: "/webhooks/new", title: "New webhook", render: edit }, { path: "/webhooks/:id", title: "Webhook", render: show }, { path: "/webhooks/:id/edit", title: "Change a webhook", render: edit }];
