// Sources: the list, and one source with where to send, what it received, and its secrets.
import { api, badge, bytes, button, confirmAction, copy, count, dialog, duration, empty, every, facts, formatJSON, go, h, icon, link, panel, plural, put, setQuery, state, table, time, toast } from "../kit.js";
import { progress, tabs } from "../kit/forms.js";
import { code } from "../kit/text.js";
import { createPage, editPage } from "./sources/editor.js";
import { mayRunAgain, requestPage, rerun } from "./sources/request.js";
import { inbound, schemeName, simulation, SCHEMES, trial } from "./sources/schemes.js";
import { replaceSecret } from "./sources/secrets.js";

const STATES = ["accepted", "rejected", "duplicate", "answered"];
const health = (source) => !source.active ? badge("paused", "held") : source.verify.scheme !== "none" && source.secret_count === 0 ? badge("no secret", "warn", "Every request is refused until it has one") : badge("active", "ok");
const maker = (source) => source.plugin ? h("span", { class: "tag" }, source.plugin) : source.script != null ? h("span", { class: "tag" }, "Lua script") : h("span", { class: "faint" }, "the body as it is");

// ---- the list

async function list({ page, signal }) {
  page.sub("URLs that other systems send to. What is genuine becomes events.");
  page.actions(link("/sources/new", [icon("plus"), "New source"], { class: "button primary" }));
  return table({
    label: "Sources", href: (source) => `/sources/${source.id}`, load: (cursor) => api.get("/v1/sources", { limit: 50, cursor }, { signal }),
    columns: [
      { label: "Name", render: (source) => source.name },
      { label: "State", render: health },
      { label: "Made by", render: maker },
      { label: "Verification", wide: true, render: (source) => schemeName(source.verify.scheme) },
      { label: "Namespace", wide: true, render: (source) => source.namespace ?? h("span", { class: "faint" }, "each event's") },
      { label: "Last request", render: (source) => last(source, signal) },
    ],
    empty: empty("No sources yet", "A source gives another system a URL to send to, such as GitHub, Stripe or your own, and turns what it sends into events.", link("/sources/new", "Make a source", { class: "button primary" })),
  });
}
function last(source, signal) {
  const slot = h("span", { class: "row faint" }, "…");
  api.get(`/v1/sources/${source.id}/requests`, { limit: 1 }, { signal }).then(({ data: [request] }) => put(slot, request ? [state(request.state), time(request.received_at)] : "none yet"), () => put(slot, "–"));
  return slot;
}

// ---- one source

async function show({ params, query, page, signal }) {
  const source = await api.get(`/v1/sources/${params.id}`, {}, { signal });
  page.crumbs(["/sources", "Sources"]);
  page.title(source.name);
  page.sub(h("span", { class: "row" }, health(source), maker(source), h("span", { class: "id" }, source.id)));
  page.actions(
    button(source.active ? "Pause" : "Resume", { icon: source.active ? "pause" : "play", on: { click: () => toggle(source, page) } }),
    link(`/sources/${source.id}/edit`, [icon("edit"), "Change"], { class: "button" }),
    button("", { icon: "trash", label: "Delete this source", on: { click: () => remove(source) } }));
  const needs = source.verify.scheme !== "none" && source.secret_count === 0;
  return h("div", { class: "stack" },
    needs && h("div", { class: "note warn" }, h("div", { class: "spread" }, h("span", null, "No secret is set, so every request is refused with 503 and senders try again. ", SCHEMES[source.verify.scheme]?.hint ?? ""), button("Set the secret", { small: true, kind: "primary", on: { click: () => rotate(source, page) } }))),
    h("div", { class: "grid2" }, address(source), settings(source, page)),
    requests(source, query, signal));
}

function address(source) {
  const url = inbound(source) + (source.verify.scheme === "path" ? "/SECRET" : "");
  const script = trial(source);
  const ways = [script && { id: "curl", label: "curl", render: () => code(script, null, { label: "Request with curl" }) }, { id: "cli", label: "Command line", render: () => h("div", { class: "stack tight" }, code(simulation(source), null, { label: "Request with the command line" }), h("p", { class: "hint muted" }, "Sends what the provider would, signed and with an id of its own.")) }].filter(Boolean);
  return panel({ title: "Where to send" },
    h("div", { class: "stack" },
      h("div", { class: "copyline" }, h("code", { class: "break" }, url), button("Copy", { icon: "copy", small: true, on: { click: () => copy(url) } })),
      h("p", { class: "muted" }, source.methods.join(", "), source.content_types.length ? ` of ${source.content_types.join(", ")}` : "", `, at most ${bytes(source.max_body_bytes)}. The sender must reach it: let /in/ through your proxy, and nothing else.`),
      h("h3", null, "Try it"), tabs(ways, { label: "Ways to try it" })));
}

function settings(source, page) {
  const { verify, dedupe, rate_limit: rate } = source;
  const rule = Object.entries(verify).filter(([name]) => name !== "scheme").map(([name, value]) => h("div", null, h("span", { class: "faint" }, name.replaceAll("_", " "), " "), h("code", null, String(value))));
  return panel({ title: "Settings", actions: source.secret_count > 0 && button("Replace the secret", { small: true, icon: "keys", on: { click: () => rotate(source, page) } }) },
    h("div", { class: "stack" },
      facts([
        ["Verification", [schemeName(verify.scheme), h("p", { class: "faint" }, SCHEMES[verify.scheme]?.about), rule]],
        verify.scheme !== "none" && ["Secrets", source.secret_count === 0 ? "none" : source.secret_count === 1 ? "1, never shown" : `${source.secret_count}, any of which may match`],
        ["Repeats", dedupe ? [dedupe.header ? ["header ", h("code", null, dedupe.header)] : ["body's ", h("code", null, dedupe.path)], h("p", { class: "faint" }, `remembered for ${duration((dedupe.window_secs ?? 86400) * 1e6)}`)] : "not told"],
        ["Namespace", source.namespace ?? "what each event says"],
        ["Events", source.plugin ? ["made by ", link(`/plugins/${encodeURIComponent(source.plugin)}`, source.plugin)] : source.script != null ? "made by its script" : h("code", null, `source.${source.name}`)],
        ["Rate limit", rate ? `${count(rate.count)} in ${duration((rate.per_secs ?? 1) * 1e6)}${rate.burst ? `, ${count(rate.burst)} at once` : ""}` : "none"],
        ["Changed", [time(source.updated_at), h("span", { class: "faint" }, ` revision ${source.revision}`)]],
      ]),
      source.options && Object.keys(source.options).length > 0 && h("details", { class: "fold" }, h("summary", null, "Options"), code(formatJSON(source.options), "json", { label: "Options" })),
      source.script != null && h("details", { class: "fold" }, h("summary", null, "Script"), code(source.script, "lua", { label: "Script", lines: true }))));
}

function requests(source, query, signal) {
  let chosen = STATES.includes(query.state) ? query.state : "";
  const load = (cursor, limit = 50) => api.get(`/v1/sources/${source.id}/requests`, { state: chosen, limit, cursor }, { signal });
  const rows = table({
    label: "Requests", href: (request) => `/sources/${source.id}/requests/${request.id}`, load,
    columns: [
      { label: "Received", link: true, render: (request) => time(request.received_at) },
      { label: "State", render: (request) => state(request.state) },
      { label: "Answer", number: true, render: (request) => String(request.status) },
      { label: "Request", wide: true, render: (request) => h("span", { class: "mono" }, request.method, " ", request.path || "/", request.query ? `?${request.query}` : "") },
      { label: "Why, or what came of it", class: "break", render: (request) => request.reason ?? (request.event_count ? plural(request.event_count, "event") : "") },
      { label: "Size", number: true, wide: true, render: (request) => bytes(request.body_bytes) },
    ],
    actions: (request) => mayRunAgain(request) && button("Run again", { small: true, icon: "replay", on: { click: async () => rows.update(await rerun(request)) } }),
    empty: () => chosen ? empty(`Nothing ${chosen}`, "No request of this source is in this state.") : empty("Nothing has come yet", "Send the sample above, or give the URL to the sender."),
  });
  const choices = ["", ...STATES].map((name) => h("button", { type: "button", "aria-pressed": String(name === chosen), on: { click: () => choose(name) } }, name === "" ? "All" : name[0].toUpperCase() + name.slice(1)));
  const all = button("Run all rejected again", { small: true, icon: "replay", on: { click: () => runAll(source, signal).then(rows.reload) } });
  const choose = (name) => {
    chosen = name;
    choices.forEach((element, i) => element.setAttribute("aria-pressed", String(["", ...STATES][i] === name)));
    all.hidden = name !== "rejected";
    setQuery({ state: name });
    rows.reload();
  };
  all.hidden = chosen !== "rejected";
  every(5000, async () => { const { data } = await load(null, 20); const known = new Set(rows.rows().map(({ id }) => id)), fresh = data.filter(({ id }) => !known.has(id)); if (fresh.length) rows.prepend(fresh); }, signal);
  return panel({ title: "What came", flush: true, actions: [all, h("div", { class: "segments scroll", role: "group", "aria-label": "State" }, choices)] }, rows);
}

// ---- what changes one

async function toggle(source, page) {
  if (source.active && !await confirmAction({ title: `Pause ${source.name}?`, body: "Senders are told 404 until it is resumed. Most try again for a while, some give up and turn their webhook off.", action: "Pause" })) return;
  await api.patch(`/v1/sources/${source.id}`, { active: !source.active });
  toast(source.active ? `${source.name} is paused.` : `${source.name} takes requests again.`);
  page.refresh();
}
async function remove(source) {
  if (!await confirmAction({ title: `Delete ${source.name}?`, danger: true, action: "Delete", body: "Its URL answers 404 from now on, and all that it received and the ids that it remembers are deleted. Events that it published stay. This cannot be undone." })) return;
  await api.delete(`/v1/sources/${source.id}`);
  toast(`Deleted ${source.name}.`);
  go("/sources");
}
async function rotate(source, page) {
  if (await replaceSecret(source)) page.refresh();
}

async function rejected(source, signal) {
  const ids = [];
  let cursor = null;
  do {
    const page = await api.get(`/v1/sources/${source.id}/requests`, { state: "rejected", limit: 500, cursor }, { signal });
    ids.push(...page.data.map(({ id }) => id));
    cursor = page.next_cursor;
  } while (cursor);
  return ids;
}

/** Runs what is rejected again after asking, one by one, oldest last; can be stopped. */
async function runAll(source, signal) {
  const ids = await rejected(source, signal);
  if (!ids.length) return toast("Nothing is rejected.");
  if (!await confirmAction({ title: `Run ${plural(ids.length, "request")} again?`, action: "Run again", body: "The source judges each of them as it is now, one after another. What it believes is published, and goes to the webhooks." })) return;
  let stopped = false, done = 0, accepted = 0;
  const bar = progress(0, ids.length), text = h("p", { class: "muted", role: "status" }, "Running…");
  const opened = dialog("Run all rejected again", h("div", { class: "stack" }, text, bar), { actions: [button("Stop", { on: { click: () => opened.close() } })] });
  opened.closed.then(() => { stopped = true; });
  for (const id of ids) {
    if (stopped || signal.aborted) break;
    const answer = await api.post(`/v1/sources/${source.id}/requests/${id}/rerun`, undefined, { signal }).catch((error) => { if (error.status === 409 || error.status === 404) return null; throw error; });
    done++;
    if (answer && answer.state !== "rejected") accepted++;
    bar.update(done, ids.length);
    text.textContent = `${plural(accepted, "request")} taken, ${count(done - accepted)} refused again.`;
  }
  opened.close();
  toast(`Ran ${plural(done, "request")} again: ${count(accepted)} taken, ${count(done - accepted)} refused.`);
}

export default [
  { path: "/sources", title: "Sources", render: list },
  { path: "/sources/new", title: "New source", render: createPage },
  { path: "/sources/:id", title: "Source", render: show },
  { path: "/sources/:id/edit", title: "Change a source", render: editPage },
  { path: "/sources/:id/requests/:request", title: "Request", render: requestPage },
];
