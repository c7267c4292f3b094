// What all pages are made of: elements, API calls, formats, lists, fields, dialogs, charts. Values become text nodes or attributes, never markup. What the first page does without is in kit/.

// ---- elements

const SVG = "http://www.w3.org/2000/svg";
const BOOLEAN = new Set(["disabled", "hidden", "open", "readonly", "required", "multiple", "autofocus", "novalidate", "inert"]);
let ids = 0;

/** A new id for an element; unique in this page. */
export const uid = (prefix = "k") => `${prefix}${++ids}`;

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value == null || value === false && !name.startsWith("aria-")) continue;
    if (name === "on") for (const [event, f] of Object.entries(value)) element.addEventListener(event, f);
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name === "style") for (const [key, v] of Object.entries(value)) element.style.setProperty(key, v);
    else if (name === "value" && "value" in element) element.value = plain(value);
    else if (name === "checked" || name === "selected") element[name] = true;
    else if (BOOLEAN.has(name)) element.setAttribute(name, "");
    else if (name === "href" || name === "src" || name === "action") element.setAttribute(name, safeURL(String(value)));
    else if (name === "title" || name === "aria-label") element.setAttribute(name, readable(String(value)));
    else if (!name.toLowerCase().startsWith("on")) element.setAttribute(name, Array.isArray(value) ? value.filter(Boolean).join(" ") : value === true && !name.startsWith("aria-") ? "" : String(value));
  }
  append(element, children);
  if (element.tagName === "SELECT" && props?.value != null) element.value = props.value;
  return element;
}

function append(parent, children) {
  for (const child of children.flat(Infinity)) {
    if (child == null || child === false || child === true) continue;
    parent.append(child instanceof Node ? child : readable(String(plain(child))));
  }
}

// A link of data may lead to http(s), everything else only inside the console.
const safeURL = (url) => /^(https?:\/\/|#|\/|\.\/|data:image\/|blob:)/i.test(url) && !url.startsWith("//") ? url : /^[a-z0-9_.-][a-z0-9_./-]*$/i.test(url) ? url : "#";

const TURNING = /[\u202a-\u202e\u2066-\u2069]/g;
/** Text of others as it can be read: characters that turn the text around them are shown as JSON writes them, `\\u202e`. So is all text that `h` is given. */
export const readable = (text) => text.replace(TURNING, (character) => `\\u${character.charCodeAt(0).toString(16)}`);

/** An element: `h("p", {class: "x", on: {click}, dataset: {id}}, "text", node, [more])`. `null` and `false` leave a property or child out. */
export const h = (tag, props, ...children) => fill(document.createElement(tag), props, children);
/** The same for SVG. */
export const s = (tag, props, ...children) => fill(document.createElementNS(SVG, tag), props, children);
/** Replaces all children of `parent`, and returns it. */
export function put(parent, ...children) {
  parent.replaceChildren();
  append(parent, children);
  return parent;
}

const ICONS = {
  overview: "M2 13V8h3v5zM6.5 13V3h3v10zM11 13V6h3v7z", events: "M2 4h12M2 8h8M2 12h10", deliveries: "M2 8h10M8.5 4.5 12 8l-3.5 3.5M14 3v10",
  dead: "M5 2h6l3 3v6l-3 3H5l-3-3V5zM6 6l4 4M10 6l-4 4", webhooks: "M6 6.5a2.5 2.5 0 1 1 4 0l2 3.5M6 6.5 4 10M4 10a2 2 0 1 0 2 2.5h4a2 2 0 1 0 2-2.5",
  studio: "M5.5 4 2 8l3.5 4M10.5 4 14 8l-3.5 4", sources: "M8 2v7M4.5 6 8 9.5 11.5 6M2 10v3.5h12V10", plugins: "M6 2v3M10 2v3M4 5h8v3a4 4 0 0 1-8 0zM8 12v2.5",
  keys: "M9.5 6.5a3 3 0 1 0-2 2L9 10h2v2h2v2h1.5v-2.5z", operations: "M2 8h3l2-5 2.5 10L11.5 8H14", about: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M8 7.5V11M8 5v.1",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M10.5 10.5 14 14", menu: "M2 4h12M2 8h12M2 12h12", close: "m4 4 8 8M12 4l-8 8", copy: "M6 6h7v7H6zM10 6V3H3v7h3",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.5 3.5l.7.7M11.8 11.8l.7.7M12.5 3.5l-.7.7M4.2 11.8l-.7.7", moon: "M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z", system: "M2 3h12v8H2zM5.5 14h5",
  help: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M6.3 6.3A1.8 1.8 0 1 1 8 8.5V9M8 11v.1", play: "M4 3v10l9-5z", pause: "M5 3v10M11 3v10", replay: "M3 8a5 5 0 1 1 1.5 3.5M3 12.5v-3h3", plus: "M8 3v10M3 8h10", trash: "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5 5 13h6l.5-8.5",
  edit: "M3 13l.5-3L11 2.5 13.5 5 6 12.5z", chevron: "m6 4 4 4-4 4", up: "M8 13V3M4 7l4-4 4 4", down: "M8 3v10M4 9l4 4 4-4", out: "M9 3h4v10H9M2 8h7M6 5l3 3-3 3", warn: "M8 2 1.5 13.5h13zM8 6.5v3.5M8 12v.1", check: "m3 8.5 3.5 3.5L13 4.5", download: "M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11", link: "M7 9a2.5 2.5 0 0 0 3.5 0l2-2A2.5 2.5 0 0 0 9 3.5l-.5.5M9 7a2.5 2.5 0 0 0-3.5 0l-2 2A2.5 2.5 0 0 0 7 12.5l.5-.5", more: "M3 8h.1M8 8h.1M13 8h.1", refresh: "M13 8a5 5 0 1 1-1.5-3.5M13 3.5v3h-3",
};

/** A small line drawing that stands beside a text, or alone in a control that has a label. */
export const icon = (name, size = 16) =>
  s("svg", { class: "icon", viewBox: "0 0 16 16", width: size, height: size, "aria-hidden": "true" }, s("path", { d: ICONS[name] ?? ICONS.more }));

/** `button("Save", {kind: "primary" | "danger" | "quiet", icon, small, label, on: {click}})`; `label` names a button that has only an icon. While a promise that `click` returned is not done, it takes no other click. */
export function button(text, { kind, icon: drawing, small, label, on = {}, type = "button", ...rest } = {}) {
  const { click, ...others } = on;
  const element = h("button", { ...rest, type, class: ["button", kind, small && "small", !text && "square", rest.class], "aria-label": label, title: text ? rest.title : rest.title ?? label, on: others }, drawing && icon(drawing), text);
  // It stays enabled meanwhile: a disabled button loses the focus.
  if (click) element.addEventListener("click", async (event) => {
    if (element.getAttribute("aria-disabled") === "true") return;
    const result = click(event);
    if (!(result instanceof Promise)) return;
    element.setAttribute("aria-disabled", "true");
    try { await result; } catch (error) { report(error); } finally { element.removeAttribute("aria-disabled"); }
  });
  return element;
}

// ---- JSON: numbers and order survive

/** Whether a value of `parseJSON` is a number that is kept as its text, in `rawJSON`. */
export const isLongNumber = (value) => typeof value === "object" && !!JSON.isRawJSON?.(value);
const plain = (value) => isLongNumber(value) ? value.rawJSON : value;
const exact = (source) => /^-?\d+$/.test(source) && !/^-0+$/.test(source) ? BigInt(source) : JSON.rawJSON(source);

/** Parses JSON. Numbers that JavaScript would change are shown and sent back as they came: integers beyond 2^53 become BigInt, others that it would write in another way keep their text (`isLongNumber`). */
export const parseJSON = (text) => JSON.parse(text, (_, value, context) =>
  typeof value === "number" && context?.source && (String(value) !== context.source || Number.isInteger(value) && !Number.isSafeInteger(value)) ? exact(context.source) : value);

/** Writes JSON; numbers become what they were for `parseJSON`. */
export const formatJSON = (value, indent = 2) => JSON.stringify(value, (_, inner) => typeof inner === "bigint" ? JSON.rawJSON(String(inner)) : inner, indent);

// ---- session and API

/** Who is signed in: `{csrf, key: {id, name, namespaces}, expires_at, version}`; `key` is null when nobody is. */
export const session = { csrf: null, key: null, expires_at: null, version: null };
try { Object.assign(session, JSON.parse(document.querySelector('meta[name="tidehook-session"]')?.content || "{}")); } catch { /* not signed in */ }

/** What the studio keeps in this browser for the key that is signed in: scripts and cases that are not saved. It goes when somebody signs out, as cases hold events. */
export const drafts = {
  prefix: () => `tidehook-studio${ROOT}:${session.key?.id ?? session.key?.name}:`,
  names(prefix = this.prefix()) { try { return Object.keys(localStorage).filter((name) => name.startsWith(prefix)); } catch { return []; } },
  any() { return this.names().length > 0; },
  /** Removes them, with the forms that were left, and has the other tabs of that key end, which would keep them again. */
  forget(prefix = this.prefix()) {
    for (const name of this.names(prefix)) localStorage.removeItem(name);
    window.dispatchEvent(new Event("tidehook-forget"));
    tabs.postMessage(prefix);
  },
  /** Removes them once a call has ended the session, or has found it ended, after which nobody is signed in here. */
  async forgetAfter(call) {
    const prefix = this.prefix();
    try { await call; } catch (error) { if (error.status !== 401) throw error; }
    this.forget(prefix);
  },
};

// Where the gateway is: the folder above the console, also behind a proxy that serves it below a path.
const ROOT = new URL("..", document.baseURI).pathname.replace(/\/$/, "");

/** The other tabs of this console: one browser has one session. */
const tabs = new BroadcastChannel(`tidehook:${ROOT}`);
tabs.addEventListener("message", ({ data: prefix }) => {
  if (!session.key || prefix !== drafts.prefix()) return;
  window.dispatchEvent(new CustomEvent("tidehook-signed-out", { detail: "for good" }));
  window.dispatchEvent(new Event("tidehook-forget"));
  for (const name of drafts.names(prefix)) localStorage.removeItem(name);
});

/** A refusal of the API, or no answer at all (`status` 0). */
export class ApiError extends Error {
  constructor(status, code, message, field, retryAfter) {
    super(message);
    Object.assign(this, { name: "ApiError", status, code, field, retryAfter });
  }
}

let waits = 0;
const bar = () => document.getElementById("wait");
/** Shows the bar at the top when `promise` takes longer than 200 ms. */
export async function busy(promise) {
  let shown = false;
  const timer = setTimeout(() => { shown = true; waits++; bar()?.removeAttribute("hidden"); }, 200);
  try { return await promise; } finally {
    clearTimeout(timer);
    if (shown && --waits === 0) bar()?.setAttribute("hidden", "");
  }
}

/** The address of an API path with its query; `null`, `undefined` and `""` leave a parameter out, arrays repeat it. */
export function address(path, query) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) for (const one of [value].flat()) if (one != null && one !== "") parameters.append(name, one);
  const text = parameters.toString();
  return ROOT + path + (text ? (path.includes("?") ? "&" : "?") + text : "");
}

async function call(method, path, { query, body, headers = {}, signal } = {}, again = true) {
  const init = { method, signal, credentials: "same-origin", cache: "no-store", headers: { Accept: "application/json", ...headers } };
  if (method !== "GET" && session.csrf) init.headers["X-Tidehook-CSRF"] = session.csrf;
  if (body !== undefined) {
    init.headers["Content-Type"] ??= "application/json";
    init.body = typeof body === "string" || body instanceof Blob ? body : formatJSON(body, 0);
  }
  let response;
  try { response = await fetch(address(path, query), init); } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, "unreachable", "The gateway does not answer. Is it running?");
  }
  if (method !== "GET") api.writes += 1;
  if (response.ok) return response;
  const error = await refusal(response);
  if (again && error.status === 403 && error.field === "X-Tidehook-CSRF" && await renewed()) return call(method, path, { query, body, headers, signal }, false);
  throw error;
}

/** After somebody signed in anew in another tab: takes the session's new token. When it is of another key, what is shown is not its, and the page is loaded anew. */
async function renewed() {
  let now = null;
  try { now = await api.get("/console/session"); } catch { return false; }
  if (now.key?.id === session.key?.id) { Object.assign(session, { csrf: now.csrf, expires_at: now.expires_at }); return true; }
  session.key = null;
  location.reload();
  return false;
}

async function refusal(response) {
  let error = {};
  try { const answer = parseJSON(await response.text()); error = answer.error ?? {}; error.message ??= answer.detail; } catch { /* no JSON */ }
  if (response.status === 401 && !response.url.endsWith("/console/session")) window.dispatchEvent(new Event("tidehook-signed-out"));
  return new ApiError(response.status, error.code ?? "error", error.message ?? `The gateway answered ${response.status}.`, error.field, response.headers.get("Retry-After"));
}

async function json(method, path, options) {
  return busy((async () => {
    const text = await (await call(method, path, options)).text();
    return text === "" ? null : parseJSON(text);
  })());
}

/** Calls of the API. They throw ApiError, and AbortError when `signal` aborts. */
export const api = {
  /** How many calls that may have changed something were answered. */
  writes: 0,
  get: (path, query, { signal } = {}) => json("GET", path, { query, signal }),
  post: (path, body, options = {}) => json("POST", path, { ...options, body }),
  patch: (path, body, options = {}) => json("PATCH", path, { ...options, body }),
  put: (path, body, options = {}) => json("PUT", path, { ...options, body }),
  delete: (path, body, options = {}) => json("DELETE", path, { ...options, body }),
  /** The Response itself: `api.raw("GET", path, {query, body, headers, signal})`. */
  raw: (method, path, options = {}) => busy(call(method, path, options)),
};

/** Tells of an error that nothing else shows; an aborted call is none. */
export function report(error) {
  if (error?.name === "AbortError") return;
  if (!(error instanceof ApiError)) console.error(error);
  toast(error?.message ?? String(error), { bad: true });
}

/** Runs `f` every `ms` while the page is seen, until `signal` aborts. */
export function every(ms, f, signal) {
  const timer = setInterval(() => { if (!document.hidden) Promise.resolve(f()).catch((error) => { if (error.name !== "AbortError" && !(error instanceof ApiError)) throw error; }); }, ms);
  signal?.addEventListener("abort", () => clearInterval(timer));
}

// ---- going about

const hash = (path) => path.startsWith("#") ? path : "#" + (path.startsWith("/") ? "" : "/") + path;
/** Opens a page: `go("/events/evt_1")`. */
export function go(path, { replace } = {}) {
  if (replace) { history.replaceState(null, "", hash(path)); window.dispatchEvent(new HashChangeEvent("hashchange")); } else location.hash = hash(path);
}
/** A link to a page. */
export const link = (path, text, props = {}) => h("a", { ...props, href: hash(path) }, text);
/** A link out of the console if `url` is http(s), else its text. */
export const out = (url, text = url) => /^https?:\/\//i.test(url) ? h("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, text) : h("span", null, text);
/** The path of a page with its query: `path("/events", {event: "a"})`. */
export function path(base, query = {}) {
  const text = address("", query).replace(/^[^?]*/, "");
  return base + text;
}
/** Changes the query of the page that is shown, without opening it anew. */
export const setQuery = (query) => history.replaceState(null, "", hash(path(location.hash.slice(1).split("?")[0] || "/", query)));

const shortcuts = [];
/** The shortcuts that work now, for the help: `[{keys, help}]`. */
export const shortcutList = () => shortcuts.map(({ keys, help }) => ({ keys, help }));
/** Calls `f` for keys like `"/"` or `"g e"` typed outside of fields, until `signal` aborts. */
export function shortcut(keys, help, f, signal) {
  const entry = { keys, help, f };
  shortcuts.unshift(entry);
  signal?.addEventListener("abort", () => shortcuts.splice(shortcuts.indexOf(entry), 1));
}
let prefix = "", prefixAt = 0;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable=true]")) { if (event.key === "Escape") event.target.blur(); return; }
  const typed = prefix && performance.now() - prefixAt < 1500 ? `${prefix} ${event.key}` : event.key;
  prefix = "";
  const found = shortcuts.find(({ keys }) => keys === typed) ?? shortcuts.find(({ keys }) => keys === event.key);
  if (found) { event.preventDefault(); found.f(event); } else if (shortcuts.some(({ keys }) => keys.startsWith(event.key + " "))) { prefix = event.key; prefixAt = performance.now(); }
});

// ---- formats

const EXACT = new Intl.DateTimeFormat(undefined, { hourCycle: "h23", year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, timeZoneName: "short" });
const DAY = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "numeric" });
const CLOCK = new Intl.DateTimeFormat(undefined, { hourCycle: "h23", hour: "2-digit", minute: "2-digit" });
const DAYCLOCK = new Intl.DateTimeFormat(undefined, { hourCycle: "h23", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });

/** The exact time in the reader's zone. */
export const exactTime = (ts) => EXACT.format(new Date(ts));
/** A short time of the day, with the day when `span` (ms) is longer than one. */
export const clockTime = (ts, span = 0) => (span > 25 * 36e5 ? DAYCLOCK : CLOCK).format(new Date(ts));

const SPANS = [[1, 60, "s"], [60, 60, "min"], [3600, 24, "h"], [86400, Infinity, "d"]];
function relative(date) {
  const secs = (Date.now() - date) / 1000, far = Math.abs(secs);
  if (far < 5) return "just now";
  if (far > 30 * 86400) return DAY.format(date);
  // What has passed is whole; what is ahead is the nearest: a day less a second is a day.
  const whole = secs < 0 ? Math.round : Math.floor, [size, , unit] = SPANS.find(([each, most]) => whole(far / each) < most);
  const text = `${whole(far / size)} ${unit}`;
  return secs < 0 ? `in ${text}` : `${text} ago`;
}

/** A time, relative, with the exact one on hover; nothing becomes a dash. */
export function time(ts) {
  const date = ts == null ? null : new Date(ts);
  if (!date || isNaN(date)) return h("span", { class: "faint" }, ts == null ? "–" : String(ts));
  return h("time", { datetime: date.toISOString(), title: exactTime(date) }, relative(date));
}
setInterval(() => {
  if (!document.hidden) for (const element of document.querySelectorAll("time[datetime]")) {
    const text = relative(new Date(element.dateTime));
    if (element.textContent !== text) element.textContent = text;
  }
}, 5000);

const trim = (n) => n >= 100 ? Math.round(n) : n >= 10 ? +n.toFixed(1) : +n.toFixed(2);
/** Microseconds as text: 840 µs, 12.3 ms, 1.2 s, 4 min 5 s, 3 h 2 min, 2 d 4 h. */
export function duration(us) {
  if (us == null) return "–";
  if (us < 1000) return `${Math.round(us)} µs`;
  if (us < 1e6) return `${trim(us / 1000)} ms`;
  const secs = us / 1e6;
  if (secs < 60) return `${trim(secs)} s`;
  const two = (a, unit, b, small) => Math.floor(b) ? `${Math.floor(a)} ${unit} ${Math.floor(b)} ${small}` : `${Math.floor(a)} ${unit}`;
  if (secs < 3600) return two(secs / 60, "min", secs % 60, "s");
  if (secs < 86400) return two(secs / 3600, "h", secs % 3600 / 60, "min");
  return two(secs / 86400, "d", secs % 86400 / 3600, "h");
}
/** A size in bytes as text, in powers of 1024. */
export function bytes(n) {
  if (n == null) return "–";
  let unit = 0;
  while (n >= 1024 && unit < 4) { n /= 1024; unit++; }
  return `${unit ? trim(n) : n} ${["B", "KiB", "MiB", "GiB", "TiB"][unit]}`;
}
/** How many bytes a body has that the API shows as `body` or `body_base64`. */
export const bodySize = ({ body, body_base64: raw }) => raw != null ? raw.length / 4 * 3 - (/=*$/.exec(raw)[0].length) : new Blob([body ?? ""]).size;
/** A count with separators of thousands. */
export const count = (n) => n == null ? "–" : n.toLocaleString("en").replaceAll(",", "\u202f");
/** A share of 0…1 as per cent. */
export const percent = (x) => x == null ? "–" : x === 1 ? "100 %" : `${x > 0.999 ? "99.9" : trim(x * 100)} %`;
/** `plural(1, "event")` is "1 event". */
export const plural = (n, one, many = one + "s") => `${count(n)} ${n === 1 ? one : many}`;

const SHAPES = {
  delivered: ["ok", "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M5 8.2l2.2 2.2L11.2 6"], pending: ["info", "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M8 5v3.2l2 1.3"],
  retrying: ["warn", "M13.5 8A5.5 5.5 0 1 1 11.5 3.8M13.5 1.8v3.4h-3.4"], filtered: ["filter", "M2 3h12L9.5 8.5V13l-3-1.5v-3z"],
  dead: ["bad", "M5.2 1.8h5.6l3.4 3.4v5.6l-3.4 3.4H5.2l-3.4-3.4V5.2zM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4"], held: ["neutral", "M5.5 3v10M10.5 3v10"],
  cancelled: ["neutral", "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M4.2 4.2l7.6 7.6"], ok: ["ok", "M3 8.5 6.5 12 13 4.5"], warn: ["warn", "M8 2 1.5 13.5h13zM8 6.5v3.5M8 12v.1"], bad: ["bad", "m4 4 8 8M12 4l-8 8"], info: ["info", "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M8 7.5V11M8 5v.1"], neutral: ["neutral", "M3 8h10"],
};
/** A badge in one of the tones ok, warn, bad, info, filter, neutral, or with a delivery state's shape. */
export function badge(text, shape = "neutral", title) {
  const [tone, d] = SHAPES[shape] ?? SHAPES.neutral;
  return h("span", { class: ["badge", tone], title }, s("svg", { viewBox: "0 0 16 16", width: 12, height: 12, "aria-hidden": "true" }, s("path", { d })), text);
}
/** The badge of a delivery's state, or of another word: active, paused, succeeded, failed, running, … */
export function state(name) {
  const other = { active: "ok", accepted: "ok", verified: "ok", succeeded: "ok", done: "delivered", completed: "delivered", running: "pending", open: "bad", failed: "dead", rejected: "dead", failing: "warn", paused: "held", disabled: "dead", refused: "dead", loaded: "ok", half_open: "retrying", closed: "ok", answered: "info" };
  return badge(String(name ?? "unknown").replaceAll("_", " "), SHAPES[name] ? name : other[name] ?? "neutral");
}
/** How a webhook fares, as a badge: active, failing, pausing after failures (breaker), paused, disabled. */
export function health(webhook) {
  const { failing } = webhook, disabled = webhook.disabled?.reason === "request" ? null : webhook.disabled;
  const why = (x) => typeof x === "string" ? x : x?.message ?? x?.reason ?? x?.error;
  if (disabled && disabled.reason !== "request") return badge("disabled", "dead", why(disabled));
  if (webhook.active === false) return badge("paused", "held");
  if (webhook.breaker_state === "open") return badge("breaker open", "dead", why(failing));
  // Fewer in a row need nobody's attention: they are what retries are for.
  if (failing) return badge(failing.failures < 5 ? plural(failing.failures, "failure") : "failing", "warn", why(failing));
  if (webhook.backoff_until && new Date(webhook.backoff_until) > Date.now()) return badge("slowed", "retrying");
  if (webhook.rate_limited_until && new Date(webhook.rate_limited_until) > Date.now()) return badge("rate limited", "retrying", "It has used up its rate limit; what is due waits.");
  return badge("active", "ok");
}

const sheets = new Map();
/** Loads a style sheet once; one that did not come is asked for again the next time. */
export function styleSheet(href) {
  if (!sheets.has(href)) sheets.set(href, new Promise((done, fail) => {
    const sheet = h("link", { rel: "stylesheet", href, on: { load: done, error: () => { sheet.remove(); sheets.delete(href); fail(new ApiError(0, "unreachable", "This page could not be loaded. Is the gateway running?")); } } });
    document.head.append(sheet);
  }));
  return sheets.get(href);
}

// ---- telling and asking

/** Copies text, and says so. */
export async function copy(text) {
  try { await navigator.clipboard.writeText(text); } catch {
    const area = h("textarea", { class: "hidden", "aria-label": "Text to copy", value: text });
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  toast(text.length > 60 || text.includes("\n") ? "Copied" : `Copied ${text}`);
}
/** A short note at the edge; `undo` is called by a button in it. Refusals (`bad`) stay longer. Returns what takes it away, for when there is nothing to undo any more. */
export function toast(text, { undo, bad } = {}) {
  const gone = () => { clearTimeout(timer); note.remove(); };
  const note = h("div", { class: ["toast", bad && "bad"], role: bad ? "alert" : "status" }, h("span", null, text),
    undo && button("Undo", { small: true, kind: "quiet", on: { click: () => { gone(); return undo(); } } }), button("", { icon: "close", label: "Dismiss", small: true, kind: "quiet", on: { click: () => gone() } }));
  let timer = setTimeout(gone, undo || bad ? 10_000 : 4000);
  note.addEventListener("mouseenter", () => clearTimeout(timer));
  note.addEventListener("mouseleave", () => { timer = setTimeout(gone, 3000); });
  const notes = document.getElementById("toasts");
  while (notes.children.length > 2) notes.firstChild.remove();
  notes.append(note);
  return gone;
}
/** Says a text to screen readers. */
export function liveRegion(text) {
  document.getElementById("live").textContent = text;
}

/** Opens a dialog: `{element, close(value), leave(value), closed}`; `closed` is a promise of what it was closed with. Escape closes it, focus goes back. With `ask`, which promises whether, it is asked before anything but `close` and the end of the session closes it. */
export function dialog(title, node, { wide, actions = [], role = "dialog", ask } = {}) {
  const heading = uid("dialog"), before = document.activeElement;
  const element = h("dialog", { class: wide && "wide", "aria-labelledby": heading, role },
    h("header", null, h("h2", { id: heading }, title), button("", { icon: "close", label: "Close", kind: "quiet", on: { click: () => left() } })),
    h("div", { class: "content" }, node), actions.length ? h("footer", null, actions) : null);
  let settle, result;
  const closed = new Promise((resolve) => { settle = resolve; });
  // Not by the event alone: browsers send it late, and not at all from a page that they do not draw.
  const ended = () => {
    if (!element.isConnected) return;
    element.remove();
    (before?.isConnected ? before : document.querySelector("#main h1"))?.focus?.();
    settle(result);
  };
  const close = (value) => { result = value; element.close(); ended(); };
  element.addEventListener("close", ended);
  const end = () => element.open && close();
  const left = async (value) => { if (!ask || await ask()) close(value); };
  if (ask) {
    // A browser lets nobody hold a dialog open against a second Escape, but for who takes the key itself.
    const key = (event) => { if (event.key === "Escape" && [...document.querySelectorAll("dialog[open]")].at(-1) === element) { event.preventDefault(); left(); } };
    document.addEventListener("keydown", key, true);
    const stay = (event) => event.preventDefault();
    window.addEventListener("beforeunload", stay);
    window.addEventListener("tidehook-signed-out", end, { once: true });
    closed.then(() => { document.removeEventListener("keydown", key, true); window.removeEventListener("beforeunload", stay); window.removeEventListener("tidehook-signed-out", end); });
    element.addEventListener("cancel", (event) => { event.preventDefault(); left(); });
  } else window.addEventListener("hashchange", end, { once: true });
  element.addEventListener("click", (event) => { if (event.target === element) left(); });
  document.body.append(element);
  element.showModal();
  (element.querySelector("[autofocus]") ?? element.querySelector(".content input, .content textarea, .content select") ?? element.querySelector("footer .button") ?? element).focus();
  return { element, close, leave: left, closed };
}
/** Asks before something that cannot be undone; `action` is the verb on the button. */
export async function confirmAction({ title, body, action = "Continue", danger = false }) {
  const opened = dialog(title, typeof body === "string" ? h("p", null, body) : body, { role: "alertdialog", actions: [
    button("Cancel", { autofocus: danger, on: { click: () => opened.close(false) } }),
    button(action, { kind: danger ? "danger" : "primary", autofocus: !danger, on: { click: () => opened.close(true) } })] });
  return await opened.closed === true;
}

/** What a list says when it has nothing; `action` is a node (a button or link) that goes on. */
export const empty = (title, text, action) => h("div", { class: "empty" }, h("h2", null, title), text && h("p", null, text), action);

/** What stands in place of something that could not be loaded; `back` leads on where it does not exist. */
export const failed = (error, again, back) => h("div", { class: "empty bad", role: "alert" }, h("h2", null, error.status === 404 ? "Not found" : error.status === 403 ? "Not allowed" : "That did not work"), h("p", null, error.message), error.status === 404 && back ? back : again && button("Try again", { icon: "refresh", on: { click: again } }));

// ---- lists

/**
 * A list with "load more", j/k and Enter. `columns`: `{label, render(row), class?, number?, wide?, link?}`: `wide` ones are left out on narrow screens, the first
 * (or the one with `link`) leads to `href(row)`, without what `below(row)` adds to its cell. `load(cursor)` -> `{data, next_cursor}`. The element has `reload()`, `prepend(rows)`, `update(row)`, `rows()`; `note(answer)` stands below.
 * When `prepend` takes rows away at the end, it can be loaded anew instead of further: what comes after the last row is not known any more.
 */
export function table({ columns, load, key = (row) => row.id, href, empty: nothing, actions, label = "List", note, count: counted = true }) {
  const linked = Math.max(0, columns.findIndex((column) => column.link));
  const body = h("tbody"), foot = h("div", { class: "list-foot" }), rows = new Map();
  const heads = [...columns.map((column) => h("th", { scope: "col", class: [column.class, column.number && "number", column.wide && "wide-only"] }, column.label)), actions && h("th", { scope: "col", class: "actions" }, h("span", { class: "hidden" }, "Actions"))];
  const grid = h("table", { "aria-label": label }, h("thead", null, h("tr", null, heads)), body);
  const element = h("div", { class: "list" }, h("div", { class: "scroll" }, grid), foot);
  let cursor = null, cut = false, generation = 0, current = null;
  // Where somebody is in the list stays with the entry of the browser's history, for who comes back: while a page is being opened, not when a part of it is drawn anew.
  const left = document.querySelector("#main[aria-busy=true]") && history.state?.lists?.[label];
  const remember = (what) => {
    const { lists } = history.state ?? {};
    try { history.replaceState({ ...history.state, lists: { ...lists, [label]: { ...lists?.[label], ...what } } }, ""); } catch { /* too often for this browser */ }
  };

  const build = (row) => {
    const line = h("tr", { dataset: { key: key(row) } }, columns.map((column, i) => {
      const content = column.render(row);
      return h("td", { class: [column.class, column.number && "number", column.wide && "wide-only", href && i === linked && "main"], dataset: { label: column.label } }, href && i === linked ? link(href(row), content, { class: "row-link" }) : content, column.below?.(row));
    }), actions && h("td", { class: "actions" }, actions(row)));
    if (href) line.addEventListener("click", (event) => {
      if (event.target.closest("a, button, input, select, label") || String(getSelection())) return;
      remember({ key: line.dataset.key });
      line.querySelector(".row-link").click();
    });
    return line;
  };
  const add = (data, where) => {
    const fresh = data.filter((row) => !rows.has(key(row)) && rows.set(key(row), row));
    body[where](...fresh.map(build));
  };
  const page = async (from) => {
    const mine = ++generation;
    try {
      const answer = await load(from);
      if (mine !== generation) return;
      const held = from === null && body.contains(document.activeElement) ? { key: document.activeElement.closest("tr").dataset.key, at: focusable(document.activeElement.closest("tr")).indexOf(document.activeElement) } : null;
      if (from === null) { rows.clear(); body.replaceChildren(); cut = false; }
      add(answer.data, "append");
      if (held) { const line = body.querySelector(`tr[data-key="${CSS.escape(held.key)}"]`); (focusable(line)[held.at] ?? line)?.focus({ preventScroll: true }); }
      cursor = answer.next_cursor ?? null;
      if (from !== null) remember({ rows: rows.size });
      draw(answer);
    } catch (error) {
      if (mine === generation && error.name !== "AbortError") put(foot, failed(error, () => page(from)));
    }
  };
  const draw = (answer) => {
    grid.hidden = !rows.size;
    element.classList.toggle("is-empty", !rows.size);
    put(foot, !rows.size && cursor === null ? (typeof nothing === "function" ? nothing() : nothing ?? empty("Nothing here", null)) : null, note?.(answer),
      cut ? h("div", { class: "row" }, h("p", { class: "faint" }, `The newest ${count(rows.size)}; older ones are not shown any more.`), button("Reload the list", { on: { click: () => element.reload() } }))
        : cursor !== null && button(answer?.searched_until ? "Search further" : "Load more", { on: { click: () => page(cursor) } }), counted && rows.size && cursor === null && !cut ? h("p", { class: "faint" }, plural(rows.size, "row")) : null);
  };
  element.reload = () => page(null);
  element.prepend = (data, most = 500) => {
    add(data, "prepend");
    while (rows.size > most && body.lastChild) { rows.delete(body.lastChild.dataset.key); body.lastChild.remove(); cut = true; }
    draw();
  };
  element.update = (row) => { const line = body.querySelector(`tr[data-key="${CSS.escape(key(row))}"]`); if (line) { rows.set(key(row), row); line.replaceWith(build(row)); } };
  element.rows = () => [...rows.values()];
  // A row without a page of its own has the focus itself: Enter must not do what its actions do.
  const enter = (line, options) => {
    const control = line?.querySelector(".row-link, td:not(.actions) :is(a, button)");
    if (line && !control) line.tabIndex = -1;
    (control ?? line)?.focus(options);
  };
  /** Back to the rows that were loaded, and to the one that was opened. */
  const comeBack = async () => {
    for (let size = -1; cursor !== null && size < rows.size && (rows.size < (left.rows ?? 0) || size < (left.rows ?? 0) && left.key && !rows.has(left.key)); ) { size = rows.size; await page(cursor); }
    if (!grid.isConnected) await new Promise(requestAnimationFrame);
    const line = left.key && body.querySelector(`tr[data-key="${CSS.escape(left.key)}"]`);
    if (!line || !document.activeElement?.matches("body, h1")) return;
    enter(line, { preventScroll: true });
    line.scrollIntoView({ block: "center" });
  };
  element.step = (by) => {
    const lines = [...body.children];
    const at = lines.indexOf(current?.isConnected ? current : body.querySelector("tr:focus-within"));
    current = lines[Math.min(lines.length - 1, Math.max(0, at + by))];
    enter(current);
    current?.scrollIntoView({ block: "nearest" });
  };
  body.addEventListener("focusin", (event) => {
    current?.classList.remove("current");
    current = event.target.closest("tr");
    current?.classList.add("current");
    if (current) remember({ key: current.dataset.key });
  });
  put(foot, h("p", { class: "faint loading" }, "Loading…"));
  element.ready = page(null).then(() => left ? comeBack() : null);
  return element;
}
const focusable = (line) => [...line?.querySelectorAll("a, button, input, select") ?? []];
const firstList = () => [...document.querySelectorAll("main .list")].find((list) => list.step && list.offsetParent);
shortcut("j", "next row", () => firstList()?.step(1));
shortcut("k", "row before", () => firstList()?.step(-1));

// ---- forms

/** A labelled control: `field({label, hint, error, input, optional})`. It has `setError(text)`; `null` takes the error away. */
export function field({ label, hint, error, input, optional, inline }) {
  const control = input.matches?.("input, select, textarea") ? input : input.querySelector?.("input, select, textarea") ?? input;
  control.id ||= uid("field");
  const hintId = `${control.id}-hint`, errorId = `${control.id}-error`;
  const message = h("p", { class: "error", id: errorId, hidden: true });
  control.setAttribute("aria-describedby", [hint && hintId, errorId].filter(Boolean).join(" "));
  const element = h("div", { class: ["field", inline && "inline"] }, h("label", { for: control.id }, label, optional && h("span", { class: "faint" }, " optional")), input, hint && h("p", { class: "hint", id: hintId }, hint), message);
  element.setError = (text) => {
    message.textContent = text ?? "";
    message.hidden = !text;
    element.classList.toggle("invalid", !!text);
    if (text) control.setAttribute("aria-invalid", "true"); else control.removeAttribute("aria-invalid");
  };
  element.control = control;
  if (error) element.setError(error);
  return element;
}

/** A select: `options` are texts or `[value, text]`. */
export const select = (options, { value, ...props } = {}) => {
  const element = h("select", props, options.map((option) => { const [v, text] = Array.isArray(option) ? option : [option, option]; return h("option", { value: v }, text); }));
  if (value != null) element.value = value;
  return element;
};

/** A list of names and values. Values that are null are left out. */
export const facts = (pairs) => h("dl", { class: "facts" }, pairs.filter((pair) => pair && pair[1] != null && pair[1] !== "" && pair[1] !== false).map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value))));
/** A part of a page: `panel("Title", node…)`, or `panel({title, actions, id}, node…)`. */
export function panel(title, ...children) {
  const { title: text, actions, flush } = typeof title === "string" ? { title } : title;
  const id = uid("panel");
  return h("section", { class: ["panel", flush && "flush"], "aria-labelledby": text && id }, text && h("header", null, h("h2", { id }, text), actions && h("div", { class: "row" }, actions)), children);
}

// ---- pictures

const nice = (max) => { if (max <= 4) return Math.max(1, Math.ceil(max)); const size = 10 ** Math.floor(Math.log10(max)); return [1, 2, 2.5, 4, 5, 10].find((n) => n * size >= max) * size; };
/**
 * Values over time as SVG: `chart({times, series: [{name, tone, values, line}], kind: "bars" | "lines", format, height, label})`. Bars are stacked; a series with `line` is a line over them. Under the pointer (or with the arrow keys)
 * it says the values, and a hidden table has them for screen readers. Tones: ok, warn, bad, info, filter, neutral, accent. Null values are gaps.
 */
export function chart({ times, series, kind = "bars", format = count, height = 160, label = "Chart" }) {
  const n = Math.max(1, times.length), span = times.length > 1 ? new Date(times.at(-1)) - new Date(times[0]) : 0;
  const plot = h("div", { class: "plot", style: { height: `${height}px` } }), tip = h("div", { class: "tip", hidden: true });
  const swatch = (one) => h("i", { class: `tone-${one.tone ?? "accent"}` });
  let view = null, at = -1;
  const show = (i) => {
    if (!times.length || !view) return;
    at = Math.min(n - 1, Math.max(0, i));
    const x = view.center(at);
    for (const end of ["x1", "x2"]) view.cursor.setAttribute(end, x);
    view.cursor.setAttribute("visibility", "visible");
    put(tip, h("strong", null, clockTime(times[at], Math.max(span, 864e6))), series.map((one) => h("div", null, swatch(one), one.name, h("b", null, one.values[at] == null ? "–" : format(one.values[at])))));
    tip.hidden = false;
    tip.style.left = `${x}px`;
    tip.classList.toggle("leftward", x > view.width * 0.6);
  };
  const hide = () => { tip.hidden = true; view?.cursor.setAttribute("visibility", "hidden"); };
  const draw = (width) => {
    view = drawChart({ times, series, kind, format, height, width, span, label });
    put(plot, view.picture, tip);
    view.picture.addEventListener("pointermove", (event) => show(view.index(event.clientX - view.picture.getBoundingClientRect().left)));
    view.picture.addEventListener("pointerleave", hide);
    view.picture.addEventListener("blur", hide);
    view.picture.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      show(at < 0 ? n - 1 : at + by);
      liveRegion(tip.innerText);
    });
  };
  new ResizeObserver(([entry]) => { const width = Math.round(entry.contentRect.width); if (width && width !== view?.width) draw(width); }).observe(plot);
  const rows = times.map((t, i) => series.some((one) => one.values[i]) && h("tr", null, h("th", { scope: "row" }, exactTime(t)), series.map((one) => h("td", null, one.values[i] == null ? "no value" : format(one.values[i])))));
  const data = h("div", { class: "hidden" }, h("table", null, h("caption", null, label), h("tbody", null, h("tr", null, h("th", { scope: "col" }, "Time"), series.map((one) => h("th", { scope: "col" }, one.name))), rows)));
  return h("figure", { class: "chart-box" }, h("ul", { class: "legend" }, series.map((one) => h("li", null, swatch(one), one.name))), plot, data);
}
function drawChart({ times, series, kind, format, height, width, span, label }) {
  const n = Math.max(1, times.length), top = 8, bottom = 22, tall = height - top - bottom;
  const value = (one, i) => one.values[i] ?? 0;
  const stacked = kind === "bars" ? series.filter((one) => !one.line) : [], lines = series.filter((one) => !stacked.includes(one));
  const max = nice(Math.max(0, ...times.map((_, i) => Math.max(stacked.reduce((sum, one) => sum + value(one, i), 0), ...lines.map((one) => value(one, i))))));
  const ticks = [0, max / 2, max].filter((v) => format !== count || Number.isInteger(v));
  const left = 10 + 7 * Math.max(...ticks.map((v) => format(v).length)), step = (width - left - 2) / n;
  const y = (v) => top + tall - v / max * tall, x = (i) => left + i * step, center = (i) => x(i) + step / 2;
  const picture = s("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label, tabindex: 0 });
  for (const v of ticks) picture.append(s("line", { class: "grid", x1: left, x2: width - 2, y1: y(v), y2: y(v) }), s("text", { class: "axis", x: left - 8, y: y(v) + 4, "text-anchor": "end" }, format(v)));
  const marks = Math.min(n, Math.max(2, Math.floor((width - left) / 110)));
  for (let m = 0; m < marks && times.length; m++) { const i = Math.floor(m * n / marks); picture.append(s("text", { class: "axis", x: x(i), y: height - 4 }, clockTime(times[i], span))); }
  times.forEach((_, i) => {
    let base = 0;
    for (const one of stacked) {
      const v = value(one, i);
      if (v > 0) picture.append(s("rect", { class: `tone-${one.tone ?? "accent"}`, x: x(i) + Math.min(1, step * 0.1), width: Math.max(0.5, step - Math.min(2, step * 0.2)), y: y(base + v), height: Math.max(1, y(base) - y(base + v)) }));
      base += v;
    }
  });
  // Few points are dots, which must be seen, each line under the next one.
  lines.forEach((one, i) => picture.append(s("path", { class: `line-${one.tone ?? "accent"}`, d: lineOf(one.values, center, y), style: one.values.filter((v) => v != null).length <= 12 && { "stroke-width": 2 + 2.5 * (lines.length - 1 - i) } })));
  const cursor = s("line", { class: "cursor", y1: top, y2: top + tall, visibility: "hidden" });
  picture.append(cursor);
  return { picture, cursor, center, width, index: (px) => Math.floor((px - left) / step) };
}
// Null values are gaps; one between two gaps is a short dash.
function lineOf(values, x, y) {
  let d = "", pen = false;
  values.forEach((v, i) => {
    if (v != null) d += `${pen ? "L" : "M"}${x(i).toFixed(1)} ${y(v).toFixed(1)}${!pen && values[i + 1] == null ? "h2" : ""}`;
    pen = v != null;
  });
  return d;
}

/** A small line of values without axes. `label` says what it shows; null values are gaps. */
export function sparkline(values, { label = "Trend", tone = "accent", width = 96, height = 22, max = Math.max(1e-9, ...values.map((v) => v ?? 0)) } = {}) {
  const x = (i) => 1 + i * (width - 2) / Math.max(1, values.length - 1), y = (v) => height - 2 - v / max * (height - 4);
  return s("svg", { class: "spark", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label }, s("path", { class: `line-${tone}`, d: lineOf(values, x, y) }));
}
