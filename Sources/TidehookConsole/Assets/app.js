// The frame of the console: routes, navigation, search, theme, keyboard, signing in; and the overview.
import { ApiError, api, badge, button, busy, chart, confirmAction, count, dialog, drafts, duration, empty, every, failed, field, go, h, health, icon, link, panel, path, percent, plural, put, report, s, session, setQuery, shortcut, shortcutList, sparkline, styleSheet, table, time, toast } from "./kit.js";

// What the first part of a path opens; overview is here, everything else is loaded when it is opened.
const PAGES = { events: "events", deliveries: "deliveries", dead: "dead", replays: "dead", webhooks: "webhooks", studio: "studio", sources: "sources", plugins: "plugins", keys: "keys", operations: "operations", about: "about" };
const NAV = [
  [null, [["/", "Overview", "overview", "g o"], ["/events", "Events", "events", "g e"], ["/deliveries", "Deliveries", "deliveries", "g d"], ["/dead", "Dead letters", "dead", "g l"]]],
  ["Build", [["/webhooks", "Webhooks", "webhooks", "g w"], ["/studio", "Studio", "studio", "g s"], ["/sources", "Sources", "sources", "g i"], ["/plugins", "Plugins", "plugins", "g p"]]],
  ["Gateway", [["/keys", "Keys", "keys", "g k"], ["/operations", "Operations", "operations", "g a"], ["/about", "About", "about", "g v"]]],
];
const main = document.getElementById("main");
const shell = ["top", "nav", "tabs"].map((id) => document.getElementById(id));

// ---- theme

const THEMES = { system: "Theme of the system", light: "Light theme", dark: "Dark theme" };
const theme = () => { try { return localStorage.getItem("tidehook-theme") in THEMES ? localStorage.getItem("tidehook-theme") : "system"; } catch { return "system"; } };
function setTheme(name) {
  if (name === "system") delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = name;
  try { localStorage.setItem("tidehook-theme", name); } catch { /* private mode: for this page only */ }
}
setTheme(theme());
window.addEventListener("tidehook-theme", (event) => { setTheme(event.detail); drawShell(); });

// ---- shell

const mark = () => s("svg", { viewBox: "0 0 16 16", width: 20, height: 20, class: "icon", "aria-hidden": "true" }, s("path", { d: "M1.5 6.5C4 6.5 4 4 6.5 4S9 6.5 11.5 6.5c1.3 0 2-.6 2.8-1.2M1.5 11.5c2.5 0 2.5-2.5 5-2.5S9 11.5 11.5 11.5c1.3 0 2-.6 2.8-1.2" }));
const brand = () => link("/", [mark(), "Tidehook"], { class: "brand" });

function drawShell() {
  const [top, nav, tabs] = shell;
  const at = theme(), next = { system: "light", light: "dark", dark: "system" }[at];
  put(nav, brand(), NAV.map(([title, items]) => h("div", { class: "nav-group" }, title && h("h2", null, title), h("ul", null, items.map(([to, text, drawing]) => h("li", null, link(to, [icon(drawing), text], { class: "nav-item", dataset: { to } })))))),
    h("div", { class: "nav-foot" },
      h("p", { class: "who" }, session.key?.name ?? "", session.key?.namespaces && h("span", null, " · ", session.key.namespaces.join(", "))),
      button("Sign out", { icon: "out", kind: "quiet", small: true, on: { click: signOut } })));
  put(top, button("", { icon: "menu", label: "Open the navigation", kind: "quiet", class: "menu", on: { click: () => openNav(true) } }), searchBox(),
    button("", { icon: { system: "system", light: "sun", dark: "moon" }[at], label: `${THEMES[at]}: change to ${THEMES[next].toLowerCase()}`, kind: "quiet", on: { click: () => { setTheme(next); drawShell(); top.querySelector(".theme").focus(); } }, class: "theme" }),
    button("", { icon: "help", label: "Keyboard shortcuts", kind: "quiet", class: "wide-only", on: { click: help } }));
  put(tabs, [NAV[0][1][0], NAV[0][1][1], NAV[0][1][2], NAV[1][1][0]].map(([to, text, drawing]) => link(to, [icon(drawing, 18), h("span", { class: "truncate" }, text)], { dataset: { to } })));
  markCurrent();
}
function markCurrent() {
  const first = "/" + (place().path.split("/")[1] ?? "");
  for (const element of document.querySelectorAll("#nav [data-to], #tabs [data-to]")) if (element.dataset.to === first) element.setAttribute("aria-current", "page"); else element.removeAttribute("aria-current");
}
document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); main.focus(); });
function openNav(open) {
  document.body.classList.toggle("nav-open", open);
  if (open) shell[1].querySelector("[aria-current], a").focus();
}
document.addEventListener("click", (event) => { if (document.body.classList.contains("nav-open") && !event.target.closest("#nav, .menu")) openNav(false); });
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && document.body.classList.contains("nav-open")) { openNav(false); shell[0].querySelector(".menu").focus(); } });

// An id leads to its page, everything else to the search of events.
function searchBox() {
  const input = h("input", { type: "search", "aria-label": "Search events, or open an id", placeholder: "Search events, or open an id", autocomplete: "off", spellcheck: "false", id: "search" });
  return h("form", { class: "search", role: "search", on: { submit: (event) => { event.preventDefault(); const text = input.value.trim(); input.value = ""; input.blur(); if (text) go(found(text)); } } }, icon("search"), input, h("kbd", { "aria-hidden": "true" }, "/"));
}
function found(text) {
  if (/^key_\w+$/.test(text)) return "/keys";
  if (/^ses_\w+$/.test(text)) return "/about";
  const [kind] = text.match(/^(evt|dlv|wh|src|rpl)_/) ?? [];
  const to = { evt_: "/events/", dlv_: "/deliveries/", wh_: "/webhooks/", src_: "/sources/", rpl_: "/replays/" }[kind];
  if (to && !/\s/.test(text)) return to + encodeURIComponent(text);
  return path("/events", /^[a-z0-9_-]+(\.[a-z0-9_*-]+)+$/i.test(text) ? { event: text } : { text });
}
function help() {
  const listed = shortcutList().toSorted((a, b) => a.keys.localeCompare(b.keys));
  dialog("Keyboard shortcuts", h("dl", { class: "shortcuts" }, [...listed, { keys: "Enter", help: "open the row" }, { keys: "Esc", help: "leave a field, close a dialog" }].map(({ keys, help: text }) => [h("dt", { class: "row" }, keys.split(" ").map((key) => h("kbd", null, key))), h("dd", null, text)])));
}
shortcut("/", "search", () => document.getElementById("search")?.focus());
shortcut("?", "this help", help);
for (const [, items] of NAV) for (const [to, text, , keys] of items) shortcut(keys, `go to ${text.toLowerCase()}`, () => go(to));

// ---- routes

const place = () => {
  const [path_, query] = (location.hash.slice(1) || "/").split("?");
  return { path: path_.startsWith("/") ? path_ : "/" + path_, query: Object.fromEntries(new URLSearchParams(query)) };
};
const match = (pattern, parts) => {
  const wanted = pattern.split("/").filter(Boolean), params = {};
  if (wanted.length !== parts.length) return null;
  for (const [i, part] of wanted.entries()) if (part.startsWith(":")) params[part.slice(1)] = parts[i]; else if (part !== parts[i]) return null;
  return params;
};
const OWN = [{ path: "/", title: "Overview", render: overview }, { path: "/login", title: "Sign in", open: true, render: signIn }, { path: "/login/:token", title: "Sign in", open: true, render: signInByLink }];

/** What a page is made of, with the rest of the design system, which the first page does without. */
async function routes(first) {
  if (!PAGES[first]) return OWN;
  try { return (await busy(Promise.all([import(`./pages/${PAGES[first]}.js`), styleSheet("pages.css")])))[0].default; } catch (error) {
    console.warn(error);
    // A module of another version than those that are here already.
    if (error instanceof SyntaxError) throw new ApiError(0, "updated", "This tab has the console as it was before. Load it anew to go on.");
    throw new ApiError(0, "unreachable", "This page could not be loaded. Is the gateway running?");
  }
}

let leave = new AbortController(), visits = 0;
async function open() {
  const mine = ++visits, { path: at, query } = place();
  leave.abort();
  leave = new AbortController();
  openNav(false);
  main.setAttribute("aria-busy", "true");
  if (!session.key && !at.startsWith("/login")) return go(path("/login", at === "/" ? {} : { next: location.hash.slice(1) }), { replace: true });
  if (session.key && at === "/login") return go(query.next ?? "/", { replace: true });
  const bare = at.startsWith("/login");
  document.body.classList.toggle("bare", bare);
  for (const element of shell) element.hidden = bare;
  if (!bare) markCurrent();
  let parts;
  try { parts = at.split("/").filter(Boolean).map(decodeURIComponent); } catch { parts = ["?"]; }
  const known = NAV.flatMap(([, items]) => items).find(([to]) => to === "/" + parts[0]);
  let list;
  try { list = await routes(parts[0] ?? ""); } catch (error) { list = [{ path: at, title: known?.[1], render: () => { throw error; } }]; }
  if (mine !== visits) return;
  for (const route of list) {
    const params = match(route.path, parts);
    if (params) return show(route, { params, query, signal: leave.signal, back: known && link(known[0], `All ${known[1].toLowerCase()}`, { class: "button" }) }, mine);
  }
  show({ title: known?.[1] ?? "Not found", render: () => empty("There is no such page", "The address may be mistyped, or what it showed is gone.", link("/", "Go to the overview", { class: "button" })) }, { params: {}, query, signal: leave.signal }, mine);
}

/** What `render` gets as `page`: `title(text)`, `sub(...nodes)`, `crumbs([to, text]…)`, `actions(...nodes)`, `refresh()`. */
function frame(title) {
  const h1 = h("h1", { tabindex: -1 }, title), sub = h("div", { class: "sub" }), crumbs = h("div", { class: "crumbs" }), actions = h("div", { class: "row" }), content = h("div", { class: "page" });
  const head = h("div", { class: "page-head" }, h("div", null, crumbs, h1, sub), actions);
  const page = {
    title: (text) => { h1.textContent = text; document.title = `${text} · Tidehook`; }, sub: (...nodes) => put(sub, nodes), actions: (...nodes) => put(actions, nodes), refresh: () => open(),
    crumbs: (...list) => put(crumbs, list.map(([to, text], i) => [i > 0 && h("span", { "aria-hidden": "true" }, "/"), link(to, text)]), h("span", { "aria-hidden": "true" }, "/")),
  };
  page.title(title);
  return { h1, head, content, page };
}

async function show(route, context, mine) {
  const { h1, head, content, page } = frame(route.title ?? "");
  put(main, head, content);
  h1.focus({ preventScroll: true });
  scrollTo(0, 0);
  try {
    const node = await route.render({ ...context, page });
    if (mine !== visits) return;
    put(content, node);
    const own = content.querySelector("h1");
    if (own) { head.remove(); own.tabIndex = -1; own.focus({ preventScroll: true }); }
  } catch (error) {
    if (mine !== visits || error.name === "AbortError") return;
    if (!(error instanceof ApiError)) console.error(error);
    if (error.code === "updated") put(content, empty("The console was updated", error.message, button("Load it anew", { icon: "refresh", kind: "primary", on: { click: () => location.reload() } })));
    else if (error.status !== 401) put(content, failed(error, () => open(), context.back));
  }
  main.removeAttribute("aria-busy");
}

// ---- signing in

function enter(answer, next) {
  Object.assign(session, { ...answer, version: answer.version ?? session.version });
  drawShell();
  go(next ?? "/", { replace: true });
}
function signIn({ query }) {
  const input = h("input", { type: "password", name: "key", autocomplete: "current-password", autofocus: true, required: true, class: "mono" });
  const key = field({ label: "API key", input, hint: ["The admin key is the one that the gateway was given as ", h("code", null, "TIDEHOOK_API_KEY"), ", else it is in ", h("code", null, "admin.key"), " of the data folder. ", h("code", null, "tidehook console"), " prints a link that signs in without it."] });
  const form = h("form", { class: "stack", on: { submit: async (event) => {
    event.preventDefault();
    if (!input.value.trim()) return key.setError("Give an API key.");
    key.setError(null);
    go_.disabled = true;
    try { enter(await api.post("/console/session", { key: input.value.trim() }), query.next); } catch (error) {
      key.setError(error.status === 401 ? "This key is not valid." : error.status === 429 ? `Too many attempts. Try again in ${error.retryAfter ?? "60"} s.` : error.message);
      input.focus();
      input.select();
    } finally { go_.disabled = false; }
  } } }, key);
  const go_ = button("Sign in", { kind: "primary", type: "submit" });
  form.append(go_);
  queueMicrotask(() => setTimeout(() => input.focus()));
  return h("div", { class: "sign-in" }, h("div", { class: "brand" }, mark(), h("h1", null, "Sign in to Tidehook")), form);
}
async function signInByLink({ params }) {
  history.replaceState(null, "", "#/login");
  // A link that somebody else sent must not change unseen who acts here.
  if (session.key && !await confirmAction({ title: "Sign in with this link?", action: "Sign in with the link", body: `You are signed in as ${session.key.name}. The link ends that here and signs in as the key that it was made for.${drafts.any() ? " If that is another one, scripts and cases of the studio that are not saved are removed from this browser." : ""}` })) return go("/", { replace: true });
  const before = session.key && drafts.prefix();
  try {
    enter(await api.post("/console/session", { link: params.token }));
    if (before && before !== drafts.prefix()) drafts.forget(before);
    return h("p", null, "Signing in…");
  } catch (error) {
    toast(error.status === 401 ? "This link was used already or has expired. Sign in with a key." : error.message, { bad: true });
    return signIn({ query: {} });
  }
}
async function signOut() {
  if (drafts.any() && !await confirmAction({ title: "Sign out?", action: "Sign out", danger: true, body: "This browser keeps scripts or cases of the studio that are not saved. Signing out removes them from it." })) return;
  await drafts.forgetAfter(api.delete("/console/session"));
  session.key = null;
  ended();
}
function ended() {
  const to = location.hash.slice(1);
  // Who did not sign out finds again what the page has unsaved: it is kept while one knows whose it is.
  leave.abort();
  Object.assign(session, { csrf: null, key: null });
  if (!place().path.startsWith("/login")) go(path("/login", to && to !== "/" ? { next: to } : {}));
}
window.addEventListener("tidehook-signed-out", ({ detail }) => {
  if (!session.key) return;
  if (detail === "for good") session.key = null;
  ended();
  toast("Your session has ended. Sign in again.");
});

// ---- overview

const RANGES = [["1h", "1 h"], ["24h", "24 h"], ["7d", "7 d"], ["30d", "30 d"]];
// What needs somebody now: the tone, the word for it, and where it is repaired.
const REPAIRS = {
  low_space: ["dead", "low space", () => "/about", "Look"], webhook_disabled: ["dead", "disabled", (id) => `/webhooks/${id}`, "Resume"], webhook_failing: ["warn", "failing", (id) => `/webhooks/${id}`, "Look"],
  deliveries_dead: ["dead", "dead", (id) => `/dead?webhook=${id}`, "Replay"], deliveries_waiting: ["pending", "waiting", (id) => `/deliveries?state=pending,retrying&webhook=${id}`, "Look"],
  source_rejecting: ["warn", "rejecting", (id) => `/sources/${id}`, "Look"], plugin_refused: ["dead", "refused", (id) => `/plugins/${id}`, "Look"],
};

/** What webhooks are called here: those of equal names with host and path, or by their ids where these are not known. */
function namesIn({ webhooks, attention: list }) {
  const places = new Map(webhooks.map(({ id, url }) => [id, url.replace(/^[a-z][a-z0-9+.-]*:(\/\/)?/i, "").replace(/[?#].*/, "")])), ids = new Map();
  for (const { id, name } of [...webhooks, ...list]) if (id.startsWith("wh_")) ids.set(name, (ids.get(name) ?? new Set()).add(id));
  return ({ id, name }) => {
    if (!(ids.get(name)?.size > 1 && ids.get(name).has(id))) return name;
    const place = places.get(id) ?? id;
    return place.startsWith(name) ? place : `${name} (${place})`;
  };
}
function attention(answer, more) {
  const { attention: list, attention_count: all } = answer, nameOf = namesIn(answer);
  if (!list.length) return h("p", { class: "note ok" }, h("span", null, h("strong", null, "Nothing needs attention."), " No webhook fails, and no delivery is dead."));
  return panel({ title: "Needs attention", flush: true, actions: all > list.length && [h("span", { class: "muted" }, `${count(list.length)} of ${count(all)}`), more ? button("Show more", { small: true, on: { click: more } }) : ["/dead", "/webhooks", "/sources", "/plugins"].map((to) => link(to, to === "/dead" ? "Dead letters" : "All " + to.slice(1), { class: "button small" }))] }, h("ul", { class: "attention" }, list.map((item) => {
    const [shape, word, to, verb] = REPAIRS[item.kind] ?? ["warn", item.kind.replaceAll("_", " "), () => "/", "Look"];
    return h("li", null, badge(word, shape), h("span", { class: "message break" }, item.name && h("strong", null, h("bdi", null, nameOf(item)), ": "), item.message), h("span", { class: "faint" }, item.since && time(item.since)), link(to(encodeURIComponent(item.id)), [verb, h("span", { class: "hidden" }, ` ${nameOf(item) ?? ""}`)], { class: "button small" }));
  })));
}
const figure = (to, name, value, more) => link(to, [h("span", { class: "name" }, name), h("span", { class: "value" }, value), h("span", { class: "more" }, more)], { class: "figure" });
function figures({ total, now }, since) {
  const waiting = now.pending + now.retrying, oldest = now.oldest_pending;
  return h("div", { class: "figures" },
    total.events == null ? figure(path("/deliveries", { since }), "Deliveries", count(total.deliveries), "made for your webhooks") : figure(path("/events", { since }), "Accepted", count(total.events), plural(total.deliveries, "delivery", "deliveries")),
    figure(path("/deliveries", { state: "delivered", since }), "Delivered", count(total.delivered), total.success_rate == null ? "none has ended" : `${percent(total.success_rate)} success`),
    figure(path("/deliveries", { state: "retrying,dead", since }), "Failed attempts", count(total.failed_attempts), `of ${count(total.attempts)}`),
    figure(path("/deliveries", { state: "filtered", since }), "Filtered", count(total.filtered), "by pipelines"),
    figure("/dead", "Dead", count(total.dead), `${count(now.dead)} now`),
    figure("/deliveries?state=pending,retrying", "Waiting", count(waiting), oldest ? ["oldest due ", time(oldest.due_at), now.held > 0 && `, ${count(now.held)} held`] : now.held ? `${count(now.held)} held` : "nothing is overdue"));
}
function charts({ since, step_secs: step, series: { events, delivered, filtered, failed_attempts: failures, dead, delivery_ms: ms } }) {
  const counted = events != null, times = delivered.map((_, i) => new Date(Date.parse(since) + i * step * 1000).toISOString());
  const series = [{ name: "delivered", tone: "ok", values: delivered }, { name: "filtered", tone: "filter", values: filtered }, { name: "failed attempts", tone: "warn", values: failures }, { name: "dead", tone: "bad", values: dead }];
  if (counted) series.unshift({ name: "accepted", tone: "info", line: true, values: events });
  return h("div", { class: "split" }, panel("Deliveries", chart({ times, series, height: 190, label: counted ? "Events accepted, and what became of deliveries" : "What became of deliveries" }),
    !counted && h("p", { class: "faint" }, "Accepted events are counted for the whole gateway only, not by namespace: ", link("/events", "the list of events", { class: "inline" }), " has those of this key.")),
    panel("Time to delivery", chart({ times, kind: "lines", height: 190, label: "Time from acceptance to delivery, percentiles", format: (v) => v ? duration(v * 1000) : "0",
      series: [{ name: "p50", tone: "accent", values: ms.p50 }, { name: "p95", tone: "filter", values: ms.p95 }, { name: "p99", tone: "warn", values: ms.p99 }] })));
}
/** By what webhooks are in order: the time is said where it is another than the one that was chosen. */
function order({ compared, since, until }) {
  if (!compared) return "by name";
  const of = Date.parse, days = Math.round((of(compared.until) - of(compared.since)) / 864e5);
  return Math.abs(of(compared.since) - of(since)) <= Math.max(36e5, (of(until) - of(since)) / 7) ? "the busiest" : `the busiest of ${days > 1 ? `the last ${days} days` : "the day"}`;
}
function fares(answer) {
  const { webhooks, webhook_count: all } = answer, nameOf = namesIn(answer);
  const tone = (rate) => rate == null ? "faint" : rate < 0.9 ? "bad-text" : rate < 0.99 ? "warn-text" : null;
  const columns = [
    { label: "Webhook", class: "break", render: nameOf }, { label: "Health", render: (one) => health(one) },
    { label: "Success", number: true, render: ({ total }) => h("span", { class: tone(total.success_rate) }, total.success_rate == null ? "–" : percent(total.success_rate)) },
    { label: "Delivered", number: true, wide: true, render: ({ total }) => count(total.delivered) },
    { label: "Trend", wide: true, render: (one) => one.series ? sparkline(one.series.delivered, { label: `Deliveries of ${nameOf(one)} over time` }) : null },
    { label: "Failures", wide: true, render: (one) => one.series?.failed_attempts.some(Boolean) ? sparkline(one.series.failed_attempts, { tone: "bad", label: `Failed attempts of ${nameOf(one)} over time` }) : h("span", { class: "faint" }, "none") },
    { label: "p95", number: true, wide: true, render: ({ total }) => { const p95 = total.delivery_ms?.p95; return p95 == null ? h("span", { class: "faint" }, "–") : duration(p95 * 1000); } },
    { label: "Waiting", number: true, render: ({ now }) => [count(now.pending + now.retrying), now.held > 0 && h("span", { class: "faint" }, `, ${count(now.held)} held`)] },
    { label: "Dead", number: true, render: ({ now, id }) => now.dead ? link(`/dead?webhook=${encodeURIComponent(id)}`, count(now.dead)) : h("span", { class: "faint" }, "0") },
  ];
  const some = all > webhooks.length;
  return panel({ title: "Webhooks", flush: true, actions: [some && h("span", { class: "muted" }, `${count(webhooks.length)} of ${count(all)}, ${order(answer)} after those that need attention`), link("/webhooks", some ? "All webhooks" : "All", { class: "button small" })] },
    table({ label: "Webhooks", columns, load: async () => ({ data: webhooks, next_cursor: null }), href: (one) => `/webhooks/${encodeURIComponent(one.id)}`, count: false,
      empty: empty("No webhooks yet", "A webhook says where events go, and which. Make one, publish an event, and watch it arrive here.", link("/webhooks/new", "Make a webhook", { class: "button primary" })) }));
}

/** Draws a part anew. Who has the focus in it keeps it, on what leads to the same place; a chart whose values somebody reads stays as it is. */
async function redraw(part, draw, isAsked) {
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  if (!isAsked && (part.querySelector(".tip:not([hidden])") || focused?.matches("svg"))) return;
  put(part, draw());
  await part.querySelector(".list")?.ready;
  if (focused && document.activeElement === document.body) [...part.querySelectorAll("a, button")].find((one) => one.href ? one.href === focused.href : one.textContent === focused.textContent)?.focus({ preventScroll: true });
}

async function overview({ query, signal, page }) {
  let range = RANGES.some(([name]) => name === query.range) ? query.range : "24h";
  // So many rows unless somebody asks for more: it bounds the first page.
  let limit;
  const repairs = () => [...parts[0][0].querySelectorAll("li a")];
  const more = async () => {
    const known = new Set(repairs().map((one) => one.href));
    limit = 100;
    await load(true);
    repairs().find((one) => !known.has(one.href))?.focus();
  };
  const parts = [(answer) => attention(answer, !limit && more), (answer) => figures(answer, range), charts, fares].map((draw) => [h("div"), draw]);
  const root = h("div", { class: "stack" }, parts.map(([part]) => part));
  const segments = RANGES.map(([name, text]) => h("button", { type: "button", "aria-pressed": name === range, on: { click: () => { range = name; segments.forEach((one, i) => one.setAttribute("aria-pressed", RANGES[i][0] === range)); setQuery({ range }); load(true).catch(report); } } }, text));
  page.actions(h("div", { class: "segments", role: "group", "aria-label": "Time shown" }, segments));
  const load = async (isAsked = false) => {
    const mine = range, most = limit, answer = await api.get("/v1/overview", { since: range, limit, attention_limit: limit && 5 * limit }, { signal });
    if (mine !== range || most !== limit) return;
    for (const [part, draw] of parts) await redraw(part, () => draw(answer), isAsked);
  };
  await load(true);
  every(10_000, load, signal);
  return root;
}

// A link on another site led here, so that the cookie did not come with the page; it does with this.
if (session.ask) try { Object.assign(session, await api.get("/console/session")); } catch { /* not signed in */ }
drawShell();
window.addEventListener("hashchange", open);
open();
