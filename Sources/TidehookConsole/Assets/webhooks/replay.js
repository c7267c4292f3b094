// Replaying many: what it would do is counted first, then a job does it, which is followed and can be stopped.
import { api, badge, button, confirmAction, count, dialog, duration, every, facts, field, go, h, link, panel, path, plural, put, select, state, table, time, toast } from "../kit.js";
import { progress } from "../kit/forms.js";
import { nameOf } from "../pages/lookup.js";

const SINCE = [["1h", "1 hour"], ["6h", "6 hours"], ["24h", "1 day"], ["7d", "7 days"], ["30d", "30 days"], ["365d", "1 year"]];

/** What a dry run of a replay says. */
function preview(answer) {
  if (!answer.total) return h("p", { class: "note" }, h("span", null, "Nothing is like that: there is nothing to replay."));
  const more = answer.is_complete ? "" : " or more";
  return h("div", { class: "stack tight" }, h("p", { class: "count-line" }, h("strong", null, `${count(answer.total)}${more}`), answer.total === 1 ? " delivery is made due again." : " deliveries are made due again.", answer.missing_deliveries ? ` Never made so far, and made now: ${count(answer.missing_deliveries)}.` : ""),
    h("details", null, h("summary", null, `The first ${answer.examples.length}`), h("ul", { class: "examples" }, answer.examples.map((one) => h("li", { class: "row" }, one.delivery_id ? link(`/deliveries/${encodeURIComponent(one.delivery_id)}`, one.event_type, { target: "_blank" }) : one.event_type, one.state ? state(one.state) : badge("missing", "info"), h("span", { class: "muted break grow" }, one.reason?.split("\n")[0] ?? ""), time(one.at))))));
}

/**
 * Asks, counts and begins. `make(choices)` is the body of the request at `at`; `choices` are `{since, rate, revision}`.
 */
function ask(title, about, { at = "/v1/replays", make, needsSince }) {
  const since = select([...(needsSince ? [] : [["", "any time"]]), ...SINCE], { value: needsSince ? "24h" : "" }), rate = h("input", { type: "number", min: 1, max: 10_000, value: 100 }), revision = select([["current", "as it is now"], ["original", "as it was at the first attempt"]]);
  const counted = h("div", { "aria-live": "polite" }), message = h("p", { class: "error", role: "alert", hidden: true }), options = needsSince ? null : field({ label: "The webhook", input: revision });
  const go_ = button("Replay", { kind: "primary", icon: "replay", disabled: true, on: { click: () => begin() } });
  let round = 0;
  const body = () => ({ ...make(), ...(since.value ? { since: since.value } : {}), ...(needsSince ? {} : { revision: revision.value }), rate: Number(rate.value) });
  const refused = (error) => { if (error.name === "AbortError") return; if (error.name !== "ApiError") throw error; message.textContent = error.message; message.hidden = false; };
  const recount = async () => {
    const mine = ++round;
    message.hidden = true;
    go_.disabled = true;
    put(counted, h("p", { class: "faint" }, "Counting…"));
    try {
      const answer = await api.post(at, { ...body(), dry_run: true });
      if (mine !== round) return;
      put(counted, preview(answer));
      go_.lastChild.textContent = answer.total ? `Replay ${count(answer.total)}${answer.is_complete ? "" : " or more"}` : "Replay";
      go_.disabled = !answer.total;
    } catch (error) { if (mine === round) { put(counted); refused(error); } }
  };
  const begin = async () => {
    try {
      const job = await api.post(at, body());
      opened.close();
      toast("The replay has begun");
      go(`/replays/${encodeURIComponent(job.id)}`);
    } catch (error) { refused(error); }
  };
  // How many at once changes nothing in how many there are.
  for (const control of [since, revision]) control.addEventListener("change", recount);
  const opened = dialog(title, h("div", { class: "stack" }, h("p", null, about), h("div", { class: "subfields" }, field({ label: "Made within", input: since }), options, field({ label: "At most, per second", input: rate })), counted, message), { actions: [button("Cancel", { on: { click: () => opened.close() } }), go_] });
  recount();
}

/** Replays deliveries that are like `filter`, the members of `POST /v1/replays`. */
export const replayMany = (title, filter) => ask(title, "They keep their events' ids, so that receivers recognise repeats. New events go before them.", { make: () => filter });
/** Replays what a webhook did not get: what is dead, and what is missing. */
export const recover = (webhook) => ask(`Recover ${webhook.name}`, "Sends what it did not get in that time: deliveries that died, and events that it wants and has no delivery for, such as those before it was made.", { at: `/v1/webhooks/${encodeURIComponent(webhook.id)}/recover`, make: () => ({}), needsSince: true });

// ---- jobs

/** What a job has done: that it is through says that deliveries were made due, not what became of them. */
const outcome = (job) => [job.replayed && `${count(job.replayed)} made due again`, job.created && `${count(job.created)} missing made`].filter(Boolean).join(", ") || "nothing was to do";
/** How a job stands. */
const standing = (job) => job.state === "done" ? badge(outcome(job), "info") : state(job.state);
/** The deliveries of the time that a job was about, and of its webhook and type where it was about one. */
const since = (job) => path("/deliveries", { webhook: job.webhook, event_type: job.types?.length === 1 ? job.types[0] : null, since: job.since });
const done = (job) => job.replayed + job.created + job.skipped;
const isOpen = (job) => !job.ended_at;
/** What a job replays, in words. */
export function subject(job, names) {
  const what = [job.states.join(", "), job.missing && "missing"].filter(Boolean).join(" and ");
  return [what || "deliveries", job.webhook ? [" of ", nameOf(names, job.webhook) ?? job.webhook] : " of all webhooks", job.failure ? `, failed of ${job.failure}` : "", job.error ? `, with “${job.error}”` : "", job.types?.length ? `, ${job.types.join(", ")}` : ""];
}
export async function stop(job, after) {
  if (!await confirmAction({ title: "Stop this replay?", body: "What is due already, a few hundred at most, is still delivered. The rest stays as it was.", action: "Stop the replay", danger: true })) return;
  await api.post(`/v1/replays/${encodeURIComponent(job.id)}/cancel`);
  toast("The replay is stopped");
  after();
}
const bar = (job) => isOpen(job) || job.total ? progress(done(job), job.total, "Progress of the replay") : h("span", { class: "faint" }, "–");

/** The list of jobs, newest first, kept fresh while some run. */
export function jobTable(names, signal, options = {}) {
  const rows = table({ label: "Replays", ...options, href: (job) => `/replays/${encodeURIComponent(job.id)}`, load: (cursor) => api.get("/v1/replays", { limit: 30, cursor }, { signal }), columns: [
    { label: "Replay", class: "break", render: (job) => h("span", null, subject(job, names)) }, { label: "State", render: (job) => h("span", { title: job.waiting }, standing(job)) },
    { label: "Progress", render: bar }, { label: "By", wide: true, class: "break", render: (job) => h("span", { class: "muted" }, job.made_by) }, { label: "Begun", number: true, class: "when", render: (job) => time(job.created_at) }],
    actions: (job) => isOpen(job) ? button("Stop", { small: true, label: "Stop the replay", on: { click: () => stop(job, () => rows.reload()) } }) : null });
  every(1500, async () => { for (const job of rows.rows().filter(isOpen).slice(0, 20)) if (!rows.contains(document.activeElement)) rows.update(await api.get(`/v1/replays/${encodeURIComponent(job.id)}`, null, { signal })); }, signal);
  return rows;
}

/** The page of one job. */
export async function showJob({ params, signal, page }, names) {
  const at = `/v1/replays/${encodeURIComponent(params.id)}`, root = h("div", { class: "stack" }), meter = progress(0, null, "Progress of the replay");
  let job = await api.get(at, null, { signal }), wasOpen = null;
  page.crumbs(["/dead", "Dead letters"], ["/replays", "Replays"]);
  const refresh = async () => { job = await api.get(at, null, { signal }); draw(); };
  const draw = () => {
    meter.update(done(job), job.total);
    page.title("Replay");
    page.sub(h("div", { class: "row" }, standing(job), h("span", null, subject(job, names))));
    if (wasOpen !== isOpen(job)) page.actions(isOpen(job) ? button("Stop", { kind: "danger", on: { click: () => stop(job, refresh) } }) : null, link(since(job), job.since ? "Deliveries since then" : "Deliveries", { class: "button" }));
    wasOpen = isOpen(job);
    const took = (new Date(job.ended_at ?? job.updated_at) - new Date(job.created_at)) * 1000;
    put(root, job.waiting ? h("p", { class: "note warn" }, h("span", null, "It waits: ", job.waiting)) : null,
      job.state === "done" && job.replayed + job.created ? h("p", { class: "note" }, h("span", null, `It is through: ${outcome(job)}, which does not say that they were delivered. `, link(since(job), job.since ? "The deliveries since then" : "The deliveries", { class: "inline" }), " say what became of each; those that died again are among the ", link(path("/dead", { webhook: job.webhook }), "dead letters", { class: "inline" }), ".")) : null, panel("Progress", h("div", { class: "stack" }, meter, facts([["Made due", count(job.replayed)], ["Missing ones made", job.missing ? count(job.created) : null], ["Skipped", job.skipped ? `${count(job.skipped)}: changed at the same moment, or without an original` : "0"], ["Of", job.total == null ? "being counted" : count(job.total)]]))),
      panel("Replay", facts([["What", subject(job, names)], ["Made between", job.since || job.until ? [job.since ? time(job.since) : "the beginning", " and ", job.until ? time(job.until) : "its begin"] : null], ["Namespace", job.namespace], ["The webhook", job.revision === "original" ? "as it was at the first attempt" : "as it is now"], ["At most", `${plural(job.rate, "delivery", "deliveries")} per second`], ["By", job.made_by], ["Begun", time(job.created_at)], ["Ended", job.ended_at && time(job.ended_at)], ["Took", took > 0 ? duration(took) : null], ["Id", h("span", { class: "id" }, job.id)]])));
  };
  draw();
  every(700, () => isOpen(job) ? refresh() : null, signal);
  return root;
}
