// Dead letters: what no further attempt is made for, grouped by webhook and cause; replayed together, or taken away as NDJSON. And the jobs that replay.
import { address, api, badge, button, count, empty, field, h, icon, link, panel, path, put, select, setQuery, shortcut, state, table, time } from "../kit.js";
import { jobTable, replayMany, showJob } from "../webhooks/replay.js";
import { FAILURES, breakable, nameIn, namesakes, webhookChoices, webhooks } from "./lookup.js";

const number = (group) => `${count(group.count)}${group.at_least ? " or more" : ""}`;
const filterOf = ({ state: of, webhook_id: webhook, failure }) => ({ webhook, states: [of], ...(failure ? { failure } : {}) });
const exportAt = (query) => address("/v1/deliveries/export", query);
const exportLink = (query, text, props) => h("a", { ...props, href: exportAt(query), download: "deliveries.ndjson" }, text);

/** What the newest were answered with; each status is replayed by itself. */
const statuses = (called, group) => group.statuses.map(({ status, count: many }) => {
  const about = `${count(many)} of the newest ${count(group.statuses_of)} were answered ${status}`;
  if (group.webhook_name === null) return h("span", { class: "tag", title: about }, status);
  const title = `Replay what ${called(group.webhook_id)} answered ${status}`;
  return button(String(status), { small: true, title: `${about}: replay those`, label: title, on: { click: () => replayMany(title, { ...filterOf(group), error: `status: the receiver answered ${status}` }) } });
});

function columns(called) {
  return [
    { label: "Webhook", class: "name main", render: (group) => group.webhook_name === null ? [h("span", { class: "id" }, group.webhook_id), " ", h("span", { class: "tag" }, "deleted")] : link(`/webhooks/${encodeURIComponent(group.webhook_id)}`, breakable(called(group.webhook_id)), { class: "row-title", title: group.webhook_name }) },
    { label: "Cause", render: (group) => h("div", { class: "row tight causes" }, group.failure ? badge(group.failure, "dead") : state(group.state), statuses(called, group)) },
    { label: "Example", class: "why", render: (group) => group.example ? link(`/deliveries/${encodeURIComponent(group.example.id)}`, group.example.reason?.split("\n")[0] ?? group.example.event_type, { class: "muted clamp two", title: group.example.reason }) : null },
    { label: "Deliveries", number: true, render: (group) => link(path("/deliveries", { state: group.state, webhook: group.webhook_id, failure: group.failure }), number(group)) },
    { label: "First", number: true, wide: true, render: (group) => time(group.first_at) },
    { label: "Last", number: true, class: "when", render: (group) => time(group.last_at) },
  ];
}

async function dead({ query, signal, page }) {
  const names = await webhooks(signal);
  let counts = namesakes(names.values());
  const called = (id) => names.has(id) ? nameIn(counts, names.get(id)) : null;
  let chosen = { webhook: query.webhook, failure: query.failure };
  let total = 0, more = false;
  const title = () => [chosen.webhook ? ` of ${called(chosen.webhook) ?? chosen.webhook}` : "", chosen.failure ? `, failed of ${chosen.failure}` : ""].join("");
  const load = async () => {
    const answer = await api.get("/v1/deliveries/groups", { state: "dead", ...chosen }, { signal });
    // The answer has the names of now.
    for (const { webhook_id: id, webhook_name: name } of answer.data) if (name !== null) names.set(id, { ...names.get(id), id, name });
    counts = namesakes(names.values());
    total = answer.data.reduce((sum, group) => sum + group.count, 0);
    more = answer.truncated || answer.data.some((group) => group.at_least);
    page.sub(total ? `${count(total)}${more ? " or more" : ""} deliveries have no try left. Mend the cause, then replay them.` : "");
    head();
    return { data: answer.data, next_cursor: null };
  };
  const head = () => page.actions(link("/replays", "Replays", { class: "button" }), total ? exportLink({ state: "dead", ...chosen }, [icon("download"), "Export as NDJSON"], { class: "button" }) : null,
    total ? button("Replay all…", { icon: "replay", kind: "primary", on: { click: () => replayMany(`Replay all that are dead${title()}`, { states: ["dead"], ...(chosen.webhook ? { webhook: chosen.webhook } : {}), ...(chosen.failure ? { failure: chosen.failure } : {}) }) } }) : null);
  const none = () => chosen.webhook || chosen.failure ? empty("Nothing is dead here", "Take the filter away to see the rest.", button("Show all", { on: { click: () => change({}) } })) : empty("Nothing is dead", "Deliveries that have no try left are listed here, by webhook and cause, to be replayed when the cause is mended.", link("/deliveries", "See deliveries", { class: "button" }));
  const actions = (group) => h("div", { class: "row nowrap-row" }, exportLink({ state: group.state, webhook: group.webhook_id, failure: group.failure }, icon("download"), { class: "button quiet small square", "aria-label": `Export what ${called(group.webhook_id) ?? group.webhook_id} did not get`, title: "Export as NDJSON" }),
    group.webhook_name === null ? null : button("Replay…", { small: true, icon: "replay", label: `Replay ${number(group)} of ${called(group.webhook_id)}, ${group.failure ?? group.state}`, on: { click: () => replayMany(`Replay to ${called(group.webhook_id)}`, filterOf(group)) } }));
  const groups = table({ label: "Dead letters", columns: columns(called), load, key: (group) => [group.state, group.webhook_id, group.failure].join(" "), empty: none, actions, count: false, note: (answer) => answer?.truncated ? h("p", { class: "faint" }, "There are more groups: the largest 500 are shown.") : null });
  const pick = (name, label, options) => field({ label, input: select(options, { value: chosen[name] ?? "", dataset: { name }, on: { change: (event) => change({ ...chosen, [name]: event.target.value || undefined }) } }) });
  const bar = h("div", { class: "filters" }, pick("webhook", "Webhook", webhookChoices(names)), pick("failure", "Cause", [["", "Any"], ...FAILURES]));
  const change = (now) => {
    chosen = now;
    for (const control of bar.querySelectorAll("select")) control.value = now[control.dataset.name] ?? "";
    setQuery(now);
    groups.reload();
  };
  shortcut("r", "refresh the list", groups.reload, signal);
  const jobs = jobTable(names, signal, { count: false, empty: h("p", { class: "muted" }, "Nothing was replayed yet. “Replay” beside a group above makes its deliveries due again; how far that is stands here then.") });
  await Promise.all([groups.ready, jobs.ready]);
  return h("div", { class: "stack" }, h("div", null, bar, groups), panel({ title: "Replays", flush: true }, jobs));
}

async function replays({ signal, page }) {
  page.crumbs(["/dead", "Dead letters"]);
  return jobTable(await webhooks(signal), signal, { empty: empty("No replays yet", "Deliveries that died are replayed together from the dead letters, or from their webhook's page.", link("/dead", "See dead letters", { class: "button" })) });
}

export default [{ path: "/dead", title: "Dead letters", render: dead }, { path: "/replays", title: "Replays", render: replays }, { path: "/replays/:id", title: "Replay", render: async (context) => showJob(context, await webhooks(context.signal)) }];
