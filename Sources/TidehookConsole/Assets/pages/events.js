// The list of events with search and live tail, and one event: its payload as a tree, and its deliveries.
import { address, api, button, confirmAction, copy, dialog, empty, every, facts, field, h, isLongNumber, link, formatJSON, panel, parseJSON, plural, put, readable, select, setQuery, shortcut, table, time, toast } from "../kit.js";
import { form } from "../kit/forms.js";
import { code, indentJSON, jsonTree } from "../kit/text.js";
import { SPANS, bounded, searched, webhooks } from "./lookup.js";
import { deliveryTable } from "./deliveries.js";

const COLUMNS = [
  { label: "Event", class: "break", render: (row) => h("span", { class: "clamp two", title: row.event }, row.event) },
  { label: "Namespace", class: "break", render: (row) => h("span", { class: "tag", title: row.namespace }, row.namespace) },
  { label: "Payload", class: "peek", render: (row) => row.erased_at ? h("span", { class: "faint" }, "erased") : h("code", { class: "clamp muted" }, preview(row)) },
  { label: "Id", wide: true, render: (row) => h("span", { class: "id", title: row.id }, row.id) },
  { label: "Accepted", number: true, class: "when", render: (row) => time(row.accepted_at) },
];
const preview = (row) => row.truncated ? "too large to be shown here" : readable(formatJSON(row.data ?? null, 0).slice(0, 160));

// ---- the live tail

/** How long a tab is not seen before it gives up its stream, in milliseconds. */
const HIDDEN_MS = 5000;

/**
 * Shows events as they are accepted. The browser resumes by itself after a break; where it gives up (the gateway said no, or was stopped for long) the tail begins anew. Whenever it
 * begins, what came since the list was read is taken from the list. While it is paused events are kept, and shown when it goes on. `gap()` is called, at most every five seconds and
 * never while it is paused, when more came than is shown. `changed(mode, kept, why)` says how it fares: `why` is the gateway's when it refuses.
 */
function tail({ filter, rows, signal, changed, gap }) {
  let source = null, retry = null, sleep = null, stopped = false, last = null, paused = false, kept = [], pending = [], timer = null, wait = 1000, mode = "connecting";
  let reading = 0, lost = false, due = null, told = -Infinity, why = null;
  const tell = (now) => { mode = now ?? mode; changed(paused ? "paused" : mode, kept.length); };
  const ids = (...lists) => new Set(lists.flat().map(({ id }) => id));
  const show = () => {
    clearTimeout(timer);
    timer = null;
    if (reading || signal.aborted) return;
    const batch = pending.splice(0).reverse();
    if (batch.length) rows.prepend(batch);
  };
  const miss = () => {
    if (paused) lost = true; else due ??= setTimeout(() => { due = null; if (paused) lost = true; else { told = performance.now(); gap(); } }, Math.max(0, told + 5000 - performance.now()));
  };
  const take = (event) => {
    const list = paused ? kept : pending;
    list.push(event);
    if (list.length > 500) { list.shift(); miss(); }
    if (paused) tell(); else timer ??= setTimeout(show, 100);
  };
  // What the list has before the first of those that were here. Events of the stream wait meanwhile, as they are newer.
  const catchUp = async (before = ids(rows.rows())) => {
    reading++;
    try {
      const { data } = await api.get("/v1/events", { ...filter(), limit: 100 }, { signal });
      const end = data.findIndex(({ id }) => before.has(id)), known = ids(rows.rows(), kept, pending);
      if (end < 0 && data.length === 100) miss();
      (paused ? kept : pending).unshift(...data.slice(0, end < 0 ? data.length : end).filter(({ id }) => !known.has(id)).reverse());
      if (paused) tell();
    } catch (error) { if (error.name !== "AbortError") miss(); } finally { reading--; show(); }
  };
  const open = () => {
    clearTimeout(retry);
    if (signal.aborted || stopped || document.hidden) return;
    source?.close();
    const { event, namespace } = filter();
    let before = null;
    source = new EventSource(address("/v1/events/stream", { event, namespace, cursor: last }));
    const read = (message) => { last = message.lastEventId || last; try { const value = parseJSON(message.data); if (value?.id && value.event) take(value); } catch { /* a heartbeat */ } };
    source.addEventListener("message", read);
    source.addEventListener("event", read);
    source.addEventListener("skipped", miss);
    source.addEventListener("open", () => { wait = 1000; why = null; before = ids(rows.rows(), kept, pending); });
    // All that is accepted from now on will come.
    source.addEventListener("ready", () => { tell("live"); catchUp(before ?? undefined); });
    source.addEventListener("error", () => {
      tell("reconnecting");
      if (source.readyState !== EventSource.CLOSED) return;
      source = null;
      refused();
      clearTimeout(retry);
      retry = setTimeout(open, wait);
      wait = Math.min(wait * 2, 15_000);
    });
  };
  // The browser gave up, and does not say why: asking once more does. From then on the head alone, which opens no stream, tells whether the session has ended.
  const refused = async () => {
    const asked = new AbortController(), { event, namespace } = filter();
    try {
      await api.raw(why === null ? "GET" : "HEAD", "/v1/events/stream", { query: { event, namespace }, headers: { Accept: "text/event-stream" }, signal: AbortSignal.any([signal, asked.signal]) });
      asked.abort();
      if (why !== null && source === null) changed("refused", 0, why);
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!error.status) { why = null; return; }
      why ??= error.message;
      if (source === null) changed("refused", 0, why);
      if (error.status === 400) { stopped = true; clearTimeout(retry); }
    }
  };
  // A browser has six connections to a host: a tab that nobody sees gives its one back, and goes on from where it was.
  const seen = () => {
    clearTimeout(sleep);
    if (!document.hidden) { if (!source) open(); return; }
    sleep = setTimeout(() => { clearTimeout(retry); source?.close(); source = null; tell("connecting"); }, HIDDEN_MS);
  };
  const close = () => { for (const one of [timer, due, retry, sleep]) clearTimeout(one); source?.close(); };
  signal.addEventListener("abort", close);
  document.addEventListener("visibilitychange", seen, { signal });
  open();
  return {
    catchUp: () => catchUp(),
    pause: (value) => {
      paused = value;
      if (!paused) { pending.push(...kept.splice(0)); show(); }
      tell();
      if (!paused && lost) { lost = false; miss(); }
    },
    get paused() { return paused; },
  };
}

// ---- the list

function filterBar(query, changed) {
  const chosen = { ...query };
  const set = (name, value) => { if ((chosen[name] ?? "") !== value) { chosen[name] = value || undefined; changed(chosen); } };
  const text = (name, label, placeholder, wide) => h("div", { class: wide && "grow" }, field({ label, input: h("input", { value: query[name] ?? "", placeholder, spellcheck: "false", autocomplete: "off", on: { change: (event) => set(name, event.target.value.trim()) } }) }));
  // A span that ends now, or two times of the reader's zone.
  const exact = query.until || (query.since && !SPANS.some(([name]) => name === query.since));
  const moment = (name, label) => field({ label, input: h("input", { type: "datetime-local", step: 1, value: exact ? local(query[name]) : "", on: { change: (event) => set(name, event.target.value ? new Date(event.target.value).toISOString() : "") } }) });
  const between = h("div", { class: "row", hidden: !exact }, moment("since", "From"), moment("until", "Until"));
  const since = field({ label: "Accepted within", input: select([...SPANS, ["between", "Between …"]], { value: exact ? "between" : query.since ?? "", on: { change: (event) => {
    between.hidden = event.target.value !== "between";
    if (between.hidden) { chosen.until = undefined; chosen.since = event.target.value || undefined; changed(chosen); }
  } } }) });
  return h("form", { class: "filters", role: "search", "aria-label": "Events", on: { submit: (event) => event.preventDefault() } },
    text("text", "Text in the payload", "any text", true), text("event", "Type", "memory.*"), text("namespace", "Namespace", "any"), text("id", "Id begins with", "evt_"), since, between);
}
const local = (text) => { const at = new Date(text ?? NaN); return isNaN(at) ? "" : new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19); };

/** A page of events that has at least one, as long as the search did not take too many requests. */
async function search(query, cursor, signal) {
  let answer = null;
  for (let tries = 0; tries < 8; tries++) {
    answer = await api.get("/v1/events", { ...query, limit: 50, cursor: answer?.next_cursor ?? cursor }, { signal });
    if (answer.data.length || !answer.next_cursor) break;
  }
  return bounded(answer, 50);
}

/**
 * Searches page by page. A text is what a payload's string says, so it is looked for as JSON writes it: `say "hi"` is `say \"hi\"` there. When nothing is like that, it may be a piece of JSON that
 * somebody copied, such as `"order":18342`, and is looked for as it is.
 */
function searcher() {
  let isPiece = false;
  return async (query, cursor, signal) => {
    const written = query.text && JSON.stringify(query.text).slice(1, -1);
    if (cursor === null) isPiece = false;
    const answer = await search({ ...query, text: isPiece ? query.text : written }, cursor, signal);
    if (cursor !== null || written === query.text || answer.data.length || answer.next_cursor) return answer;
    isPiece = true;
    return search(query, null, signal);
  };
}

function publish(done) {
  const opened = dialog("Publish an event", form({
    fields: [{ name: "event", label: "Type", required: true, value: "memory.created", hint: "Dotted words: memory.created" },
      { name: "namespace", label: "Namespace", optional: true },
      { name: "data", label: "Data", type: "json", rows: 8, required: true, value: { content: "We decided to use Redis for caching", tags: ["architecture"] }, validate: (value) => value && typeof value === "object" && !Array.isArray(value) && !isLongNumber(value) ? null : "Data is an object." }],
    submit: "Publish", cancel: () => opened.close(),
    onSubmit: async ({ event, namespace, data }) => {
      const answer = await api.post("/v1/events", { event, data, ...(namespace && { namespace }) });
      opened.close();
      toast(`Published; ${plural(answer.deliveries, "delivery", "deliveries")}`);
      done(answer);
    } }));
}

async function list({ query, signal, page }) {
  let chosen = query, live = null;
  const find = searcher();
  const none = () => Object.values(chosen).some(Boolean) ? empty("No event is like that", "Take a filter away, or look further back.")
    : empty("No events yet", "Publish one here, or send one to POST /v1/events. It appears on this page at once.", button("Publish an event", { kind: "primary", on: { click: () => publish(() => rows.reload()) } }));
  const rows = table({ label: "Events", columns: COLUMNS, href: (row) => `/events/${encodeURIComponent(row.id)}`, empty: none, note: (answer) => searched(answer, time), load: (cursor) => find(chosen, cursor, signal) });
  const hole = h("div", { role: "status" }), reload = rows.reload;
  const gap = () => put(hole, h("div", { class: "note warn with-actions" }, h("span", null, "More events came than are shown here."), button("Reload the list", { small: true, on: { click: () => rows.reload() } })));
  // What the stream showed while the list was read is read once more.
  rows.reload = () => { put(hole); return reload().then(() => live?.catchUp()); };
  const isTail = () => !chosen.text && !chosen.id && !chosen.since && !chosen.until;
  const light = h("span", { class: "live", role: "status" }), toggle = button("Pause", { icon: "pause", title: "Pause the live tail (p)", on: { click: () => live?.pause(!live.paused) } });
  const changed = (mode, kept, why) => {
    light.dataset.mode = mode;
    put(light, h("i"), { refused: `Not live: ${why}`, live: "Live", paused: kept ? `Paused, ${kept} new` : "Paused", reconnecting: "Reconnecting…", connecting: "Connecting…", off: "Search" }[mode]);
    put(toggle, live?.paused ? "Resume" : "Pause");
    toggle.hidden = mode === "off";
  };
  const tailAnew = () => {
    put(hole);
    if (!isTail()) { stop?.abort(); live = null; return changed("off", 0); }
    stop?.abort();
    stop = new AbortController();
    signal.addEventListener("abort", () => stop.abort());
    live = tail({ filter: () => ({ event: chosen.event, namespace: chosen.namespace }), rows, signal: stop.signal, changed, gap });
  };
  let stop = null;
  changed("connecting", 0);
  page.actions(light, toggle, button("Publish", { icon: "plus", on: { click: () => publish(() => { if (!live || live.paused) rows.reload(); }) } }));
  shortcut("p", "pause or resume the live tail", () => live?.pause(!live.paused), signal);
  shortcut("r", "refresh the list", () => rows.reload(), signal);
  rows.ready.then(tailAnew);
  return [filterBar(query, (now) => { chosen = now; setQuery(now); reload().then(tailAnew); }), hole, rows];
}

// ---- one event

async function one({ params, signal, page }) {
  const at = `/v1/events/${encodeURIComponent(params.id)}`;
  const [sent, names] = await Promise.all([api.raw("GET", at, { signal }).then((answer) => answer.text()), webhooks(signal)]);
  // The text, not what was made of it, is shown and copied: order and repeated names are part of it.
  const event = parseJSON(sent), text = indentJSON(sent) ?? sent;
  page.title(event.event);
  page.crumbs(["/events", "Events"]);
  page.sub(h("div", { class: "row" }, h("span", { class: "id" }, event.id), h("span", { class: "tag" }, event.namespace), h("span", null, "accepted ", time(event.accepted_at))));
  const erased = event.erased_at != null;
  page.actions(!erased ? button("Erase", { icon: "trash", kind: "danger", on: { click: () => erase(at, event, page) } }) : null,
    !erased && button("Copy JSON", { icon: "copy", on: { click: () => copy(text) } }), !erased && link(`/studio?event=${encodeURIComponent(event.id)}`, "Open in the studio", { class: "button" }));

  const view = h("div"), modes = ["Tree", "JSON"].map((name) => h("button", { type: "button", on: { click: () => show(name) } }, name));
  const show = (name) => {
    modes.forEach((element) => element.setAttribute("aria-pressed", element.textContent === name));
    put(view, name === "Tree" ? jsonTree({ id: event.id, event: event.event, timestamp: event.timestamp, data: event.data }, { root: "event", open: 3, label: "Event" }) : code(text, "json", { label: "Event" }));
  };
  show("Tree");

  const rows = deliveryTable(names, (cursor) => api.get("/v1/deliveries", { event: event.id, limit: 100, cursor }, { signal }),
    { empty: empty("No webhook wanted this event", "Webhooks get events that are published after they were made. A replay can deliver what one has missed.", link("/webhooks", "Go to the webhooks", { class: "button" })) });
  every(3000, () => rows.rows().some(({ state }) => state === "pending" || state === "retrying") ? rows.reload() : null, signal);
  return h("div", { class: "stack" },
    erased ? h("p", { class: "note" }, h("span", null, "The content of this event was erased ", time(event.erased_at), ". What happened with it is kept, its payload is gone.")) : panel({ title: "Event", actions: [h("span", { class: "faint wide-only" }, "A key copies its path in Lua"), h("div", { class: "segments", role: "group", "aria-label": "View" }, modes)] }, view),
    panel({ title: "Deliveries", flush: true }, rows),
    panel("Details", facts([["Type", event.event], ["Namespace", event.namespace], ["Timestamp", time(event.timestamp)], ["Accepted", time(event.accepted_at)], ["Trace", event.trace_id && h("span", { class: "id" }, event.trace_id)], ["Erased", erased && time(event.erased_at)]])));
}
async function erase(at, event, page) {
  if (!await confirmAction({ title: "Erase the content of this event?", danger: true, action: "Erase for ever",
    body: "Its payload, and everything that was made of it (requests, responses and logs of its deliveries), is overwritten. Deliveries that are not done are cancelled. This cannot be undone." })) return;
  await api.delete(`${at}/content`);
  toast("Erased");
  page.refresh();
}

export default [{ path: "/events", title: "Events", render: list }, { path: "/events/:id", title: "Event", render: one }];
