// One webhook: how it fares, what it is set to, what can be done with it.
import { api, badge, button, confirmAction, copy, count, dialog, duration, empty, every, facts, formatJSON, go, h, health, link, liveRegion, out, panel, path, plural, put, setQuery, shortcut, time, toast } from "../kit.js";
import { tabs } from "../kit/forms.js";
import { deliveryTable } from "../pages/deliveries.js";
import { isSecret } from "../pages/lookup.js";
import { AUTH } from "./access.js";
import { history } from "./history.js";
import { pipelineView } from "./pipeline.js";
import { recover } from "./replay.js";
import { timeline } from "./retry.js";
import { keysView, rotate } from "./secret.js";
import { batchLine, breakerLine, disableLine, orderLine, rateLine, signingLine } from "./settings.js";
import { statsView } from "./stats.js";
import { testSend } from "./test.js";

const held = (webhook) => `${count(webhook.held_count)}${webhook.held_count_capped ? " or more" : ""}`;

// ---- what is to be known first

function notes(webhook, act) {
  const note = (tone, text, ...actions) => h("div", { class: ["note", tone, "with-actions"] }, h("span", null, text), h("div", { class: "row" }, actions));
  const { disabled, failing } = webhook, list = [];
  if (!webhook.active) list.push(note(disabled && disabled.reason !== "request" ? "bad" : "warn", [h("strong", null, { receiver: "Its receiver ended it", failing: "It became inactive after failures" }[disabled?.reason] ?? "It was paused"), disabled?.at && [" ", time(disabled.at)], disabled?.message && disabled.reason !== "request" ? `: ${disabled.message}` : "", ". ", webhook.held_count ? `${held(webhook)} of its events ${webhook.held_count === 1 ? "is" : "are"} held.` : "Its events are held."],
    button("Resume…", { small: true, icon: "play", on: { click: act.resume } }), webhook.held_count ? link(path("/deliveries", { webhook: webhook.id, state: "held" }), "See what is held", { class: "button small" }) : null));
  else if (webhook.held_count) list.push(note("", `${held(webhook)} held events are being released.`));
  if (failing && webhook.active) list.push(note("warn", [h("strong", null, `${plural(failing.failures, "failure")} in a row`), " since ", time(failing.since), failing.error ? `: ${failing.error}` : "", ". ", failing.disables_at ? ["It becomes inactive ", time(failing.disables_at), " unless an attempt succeeds."] : ""], link(path("/deliveries", { webhook: webhook.id, state: "dead,retrying" }), "See the failures", { class: "button small" })));
  if (webhook.breaker_state && webhook.breaker_state !== "closed") list.push(note("bad", [h("strong", null, webhook.breaker_state === "open" ? "The breaker is open" : "The breaker is half open"), " since ", time(webhook.breaker_since), webhook.breaker_state === "open" ? ": nothing is attempted." : ": one attempt at a time finds out."]));
  if (webhook.backoff_until && new Date(webhook.backoff_until) > Date.now()) list.push(note("warn", ["Its receiver asked for less: the next attempt is made ", time(webhook.backoff_until), "."]));
  if (webhook.rate_limited_until && new Date(webhook.rate_limited_until) > Date.now()) list.push(note("", ["Its rate limit is used up: what is due waits, and the next attempt is made ", time(webhook.rate_limited_until), "."]));
  if (webhook.handshake_state && webhook.handshake_state !== "agreed") list.push(note("warn", webhook.handshake_state === "refused" ? "Its receiver does not agree to be sent events." : "Its receiver has not agreed yet; nothing is sent before it does."));
  if (webhook.previous_secret_expires_at) list.push(note("", ["The former secret signs too, and stops ", time(webhook.previous_secret_expires_at), "."]));
  return list;
}

// ---- what can be done

async function resume(webhook, done) {
  const at = `/v1/webhooks/${encodeURIComponent(webhook.id)}`, radio = (value, text, about, checked) => h("label", { class: "choice" }, h("input", { type: "radio", name: "held", value, checked }), h("span", null, h("strong", null, text), h("span", { class: "muted" }, about)));
  const message = h("p", { class: "error", role: "alert", hidden: true });
  const choices = webhook.held_count ? h("fieldset", { class: "choices" }, h("legend", null, `What becomes of the ${held(webhook)} held events?`), radio("deliver", "Deliver them", "In the order in which they were accepted, before what comes now.", true), radio("skip", "Skip them", "They are cancelled and never sent, unless somebody replays them.")) : h("p", null, "Nothing is held. Events that are published from now on are delivered.");
  const act = async () => {
    try {
      const body = { active: true, ...(webhook.held_count ? { held: opened.element.querySelector("[name=held]:checked").value } : {}) };
      await api.patch(at, body);
      opened.close();
      toast(body.held === "skip" ? "Resumed; what was held is skipped" : "Resumed");
      done();
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      message.textContent = error.message;
      message.hidden = false;
    }
  };
  const opened = dialog(`Resume ${webhook.name}`, h("div", { class: "stack" }, choices, message), { actions: [button("Cancel", { on: { click: () => opened.close() } }), button("Resume", { kind: "primary", on: { click: act } })] });
}
async function pause(webhook, done) {
  const at = `/v1/webhooks/${encodeURIComponent(webhook.id)}`;
  await api.patch(at, { active: false });
  toast("Paused; its events are held", { undo: async () => { await api.patch(at, { active: true }); done(); } });
  done();
}
async function remove(webhook) {
  const { now } = await api.get(`/v1/webhooks/${encodeURIComponent(webhook.id)}/stats`, { since: "1h" }), open = now.pending + now.retrying + now.held;
  const body = h("div", { class: "stack tight" }, h("p", null, open ? h("strong", null, open === 1 ? "1 delivery that waits, retries or is held is cancelled." : `${count(open)} deliveries that wait, retry or are held are cancelled.`) : "No delivery is open."), h("p", null, "It gets no more events. Its secrets and credentials are forgotten at once. Its past deliveries and its revisions stay, to be looked at. This cannot be undone."));
  if (!await confirmAction({ title: `Delete ${webhook.name}?`, body, action: "Delete the webhook", danger: true })) return;
  await api.delete(`/v1/webhooks/${encodeURIComponent(webhook.id)}`);
  toast(`Deleted ${webhook.name}`);
  go("/webhooks");
}

// ---- what it is set to

function settings(webhook, act) {
  const { headers, auth, tls } = webhook, edit = link(`/webhooks/${encodeURIComponent(webhook.id)}/edit`, "Edit", { class: "button small" });
  const shownHeaders = Object.entries(headers).map(([name, value]) => h("div", { class: "mono break" }, `${name}: ${value === "<secret>" || isSecret(name) ? "••••••••" : value}`));
  return h("div", { class: "stack" },
    panel({ title: "Where and what", actions: edit }, facts([["URL", /^https?:/i.test(webhook.url) ? out(webhook.url) : h("span", { class: "mono break" }, webhook.url)], ["Events", h("span", { class: "row tight" }, webhook.events.map((one) => h("span", { class: "tag" }, one)))], ["Namespace", webhook.namespace ?? "all"], ["Sample", webhook.sample ? `${+(webhook.sample * 100).toFixed(4)} % of the events` : null],
      ["Id", h("button", { type: "button", class: "id copy", title: "Copy", on: { click: () => copy(webhook.id) } }, webhook.id)], ["Made", time(webhook.created_at)], ["Changed", time(webhook.updated_at)], ["Ownership proved", webhook.verified_at && time(webhook.verified_at)]])),
    panel("Pipeline", pipelineView(webhook.pipeline, webhook.id)), panel("Retries", timeline(webhook.retry)),
    panel({ title: "Signatures", actions: button("Replace the secret…", { small: true, on: { click: act.rotate } }) }, h("div", { class: "stack tight" }, h("p", null, signingLine(webhook.signing)), webhook.previous_secret_expires_at ? h("p", { class: "muted" }, "The former secret signs too, and stops ", time(webhook.previous_secret_expires_at)) : null, keysView(webhook))),
    panel("Access", shownHeaders.length || auth || tls || webhook.proxy ? facts([["Headers", shownHeaders.length ? shownHeaders : null], ["Authorization", auth && AUTH[auth.type]], ["Certificates", tls && Object.keys(tls).filter((name) => tls[name]).map((name) => name.replaceAll("_", " ")).join(", ")], ["Proxy", webhook.proxy]]) : h("p", { class: "muted" }, "No headers, credentials, certificates or proxy of its own.")),
    panel("Flow and failures", facts([["Timeout", duration(webhook.timeout_secs * 1e6)], ["Requests at once", String(webhook.max_in_flight)], ["Rate", rateLine(webhook.rate_limit)], ["Order", orderLine(webhook.ordering)], ["Batches", batchLine(webhook.batch)], ["Breaker", breakerLine(webhook.breaker)], ["Made inactive", disableLine(webhook.auto_disable)], ["Handshake", webhook.handshake && `${webhook.handshake}: ${webhook.handshake_state}${webhook.allowed_rate ? `, ${webhook.allowed_rate} per minute` : ""}`]])),
    panel("Delete", h("div", { class: "spread" }, h("p", { class: "muted" }, "Cancels what is open and forgets its secrets. Past deliveries and revisions stay."), button("Delete…", { kind: "danger", icon: "trash", on: { click: act.remove } }))));
}

/** The page of one webhook. */
export async function show({ params, query, signal, page }) {
  const at = `/v1/webhooks/${encodeURIComponent(params.id)}`;
  let webhook = await api.get(at, null, { signal }), tab = query.revision ? "revisions" : query.tab ?? "overview";
  const attention = h("div", { class: "stack tight" }), statistics = statsView(webhook.id, { signal });
  const refresh = async (whole = true) => {
    const fresh = await api.get(at, null, { signal }), before = webhook, isSame = formatJSON(fresh) === formatJSON(before);
    // Buttons are not drawn anew under somebody's focus; the next time will do.
    if (!whole && (isSame || attention.contains(document.activeElement) || document.activeElement?.closest(".page-head .row"))) return;
    webhook = fresh;
    head();
    if (whole || fresh.revision !== before.revision) sections.select(tab);
    if (fresh.active !== before.active) liveRegion(fresh.active ? "The webhook is active" : "The webhook is paused");
  };
  const act = {
    resume: () => resume(webhook, refresh), pause: () => pause(webhook, refresh), remove: () => remove(webhook), test: () => testSend(webhook, signal), recover: () => recover(webhook),
    rotate: () => rotate(webhook, refresh),
  };
  const head = () => {
    page.title(webhook.name);
    page.crumbs(["/webhooks", "Webhooks"]);
    page.sub(h("div", { class: "row" }, health(webhook), h("span", { class: "mono break" }, webhook.url), webhook.events.slice(0, 4).map((one) => h("span", { class: "tag" }, one)), webhook.events.length > 4 && h("span", { class: "faint" }, `and ${webhook.events.length - 4} more`), webhook.namespace && badge(webhook.namespace, "info", "namespace")));
    page.actions(button("Test", { icon: "out", title: "Send a test (t)", on: { click: act.test } }), webhook.active ? button("Pause", { icon: "pause", on: { click: act.pause } }) : button("Resume…", { icon: "play", on: { click: act.resume } }), button("Recover…", { icon: "replay", title: "Send again what it did not get", on: { click: act.recover } }), link(`/webhooks/${encodeURIComponent(webhook.id)}/edit`, "Edit", { class: "button primary", title: "Edit (e)" }));
    put(attention, notes(webhook, act));
  };
  const deliveries = () => h("div", { class: "stack tight" }, deliveryTable(new Map([[webhook.id, webhook]]), (cursor) => api.get("/v1/deliveries", { webhook: webhook.id, limit: 50, cursor }, { signal }), { empty: () => empty("No deliveries yet", "Send a test, or publish an event of a type that it wants.", button("Send a test", { icon: "out", on: { click: act.test } })) }), h("p", null, link(path("/deliveries", { webhook: webhook.id }), "Filter them by state, failure and time")));
  const sections = tabs([{ id: "overview", label: "Overview", render: () => statistics.node }, { id: "deliveries", label: "Deliveries", render: deliveries }, { id: "settings", label: "Settings", render: () => settings(webhook, act) },
    { id: "revisions", label: "Revisions", render: () => history(webhook, { signal, chosen: Number(query.revision) || null, done: () => refresh() }) }], { selected: tab, label: "Webhook", onSelect: (id) => { tab = id; setQuery(id === "overview" ? {} : { tab: id }); } });
  head();
  shortcut("t", "send a test", act.test, signal);
  shortcut("e", "edit this webhook", () => go(`/webhooks/${encodeURIComponent(webhook.id)}/edit`), signal);
  every(5000, () => refresh(false), signal);
  await statistics.ready;
  return h("div", { class: "stack" }, attention, sections);
}
