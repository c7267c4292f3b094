// Text of others as it is read: code in colours, JSON in lines and as a tree, differences. For pages; the first one has none of it.

import { button, copy, count, formatJSON, h, icon, isLongNumber, plural, put, readable } from "../kit.js";

// ---- JSON in lines

const PIECES = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
const DEEPEST = 100;
/** JSON text in lines, as `formatJSON` makes them, with nothing but white space changed: numbers, the order of names, and names that stand twice stay. `null` for what is no JSON, or nested too deeply to be read so. */
export function indentJSON(text) {
  try { JSON.parse(text); } catch { return null; }
  const pieces = [], line = (depth) => `\n${"  ".repeat(depth)}`;
  let depth = 0, isOpen = false;
  for (const [piece] of text.matchAll(PIECES)) {
    const closes = piece === "}" || piece === "]";
    if (closes) depth--;
    if (isOpen !== closes) pieces.push(line(depth));
    pieces.push(piece);
    isOpen = piece === "{" || piece === "[";
    if (isOpen && ++depth > DEEPEST) return null;
    if (piece === ",") pieces.push(line(depth)); else if (piece === ":") pieces.push(" ");
  }
  return pieces.join("");
}

// ---- code, trees, differences

const TOKENS = {
  json: /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g,
  lua: /(--\[\[[\s\S]*?\]\]|--[^\n]*)|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\[\[[\s\S]*?\]\])|\b(and|break|do|else|elseif|end|false|for|function|goto|if|in|local|nil|not|or|repeat|return|then|true|until|while)\b|\b(\d+(?:\.\d+)?|0x[\da-fA-F]+)\b/g,
};
/** Text as nodes, with the words of `lang` ("json" or "lua") in their colours. Beyond 200 000 characters it stays plain. */
export function highlight(source, lang) {
  const text = readable(source), pattern = TOKENS[lang];
  if (!pattern || text.length > 200_000) return [text];
  const nodes = [];
  let end = 0;
  const classes = lang === "json" ? (m) => m[1] ? (m[2] ? "t-key" : "t-string") : m[3] ? "t-word" : "t-number" : (m) => m[1] ? "t-comment" : m[2] ? "t-string" : m[3] ? "t-word" : "t-number";
  for (const match of text.matchAll(pattern)) {
    const token = lang === "json" && match[2] ? match[1] : match[0];
    nodes.push(text.slice(end, match.index), h("span", { class: classes(match) }, token));
    end = match.index + token.length;
  }
  nodes.push(text.slice(end));
  return nodes;
}
/** A block of code with a button that copies it as it came. `lang`: "json", "lua" or none; JSON is indented unless `raw`, and a second button shows it as it came. */
export function code(text, lang, { raw, label = "Code", lines, mark } = {}) {
  const sent = String(text ?? ""), indented = lang === "json" && !raw ? indentJSON(sent) ?? sent : sent;
  const content = (shown) => lines || mark ? h("code", null, shown.split("\n").map((line, i) => h("span", { class: ["line", mark === i + 1 && "marked"], dataset: { n: i + 1 } }, highlight(line, lang), "\n"))) : h("code", null, highlight(shown, lang));
  const block = h("pre", { tabindex: 0, role: "group", "aria-label": label }, content(indented));
  const toggle = indented !== sent && button("As sent", { kind: "quiet", small: true, label: `${label} as sent`, title: "Shows it to the letter, without the line ends and spaces that were added here", "aria-pressed": false, class: "as-sent", on: { click: () => {
    const asSent = toggle.getAttribute("aria-pressed") !== "true";
    toggle.setAttribute("aria-pressed", asSent);
    put(block, content(asSent ? sent : indented));
  } } });
  return h("div", { class: ["code", (lines || mark) && "numbered"] }, block, toggle, button("", { icon: "copy", label: `Copy ${label.toLowerCase()}`, kind: "quiet", small: true, on: { click: () => copy(sent) } }));
}

const LUA_WORDS = new Set("and break do else elseif end false for function goto if in local nil not or repeat return then true until while".split(" "));
const luaKey = (key) => /^[A-Za-z_]\w*$/.test(key) && !LUA_WORDS.has(key) ? `.${key}` : `[${luaString(key)}]`;
/** A text as Lua writes it. */
export const luaString = (text) => `"${text.replace(/[\\"]/g, "\\$&").replace(/[\u0000-\u001f\u007f]/g, (c) => `\\${String(c.charCodeAt(0)).padStart(3, "0")}`)}"`;
/** The path of a value in Lua: `luaPath("event.data", ["tags", 0])` is `event.data.tags[1]`. */
export const luaPath = (root, steps) => root + steps.map((step) => typeof step === "number" ? `[${step + 1}]` : luaKey(step)).join("");

/** A foldable tree of any JSON value. A click on a key copies its path in Lua. `open`: how many levels begin unfolded (2). */
export function jsonTree(value, { root = "event", open = 2, label = "JSON" } = {}) {
  return h("div", { class: "tree", role: "group", "aria-label": label }, treeNode(null, value, [], { root, open }));
}
const PAGE = 200;
function treeNode(key, value, steps, options) {
  const isList = Array.isArray(value), isObject = value !== null && typeof value === "object" && !isLongNumber(value);
  const name = key === null ? null : h("button", { type: "button", class: "key", title: `Copy ${luaPath(options.root, steps)}`, on: { click: () => copy(luaPath(options.root, steps)) } }, typeof key === "number" ? String(key + 1) : key === "" ? '""' : readable(key));
  if (!isObject) return h("div", { class: "leaf" }, name, name && ": ", treeLeaf(value));
  const keys = isList ? value.map((_, i) => i) : Object.keys(value);
  const summary = isList ? `[ ${plural(keys.length, "item")} ]` : `{ ${plural(keys.length, "key")} }`;
  if (!keys.length) return h("div", { class: "leaf" }, name, name && ": ", h("span", { class: "faint" }, isList ? "[ ]" : "{ }"));
  const list = h("div", { class: "children" });
  let shown = 0;
  const more = () => {
    list.querySelector(":scope > .button")?.remove();
    list.append(...keys.slice(shown, shown + PAGE).map((inner) => treeNode(inner, value[inner], [...steps, inner], options)));
    shown += PAGE;
    if (shown < keys.length) list.append(button(`${count(keys.length - shown)} more`, { small: true, on: { click: more } }));
  };
  const toggle = h("button", { type: "button", class: "fold", "aria-label": `${key ?? options.root}, ${summary}`, on: { click: () => set(toggle.getAttribute("aria-expanded") !== "true") } }, icon("chevron", 12));
  const note = h("span", { class: "faint" }, summary);
  const set = (unfolded) => {
    toggle.setAttribute("aria-expanded", unfolded);
    list.hidden = !unfolded;
    if (unfolded && !shown) more();
  };
  set(steps.length < options.open);
  return h("div", { class: "branch" }, toggle, name, name && " ", note, list);
}
function treeLeaf(value) {
  if (typeof value !== "string") return h("span", { class: value === null || typeof value === "boolean" ? "t-word" : "t-number" }, String(isLongNumber(value) ? value.rawJSON : value));
  if (value.length <= 600) return h("span", { class: "t-string" }, readable(JSON.stringify(value)));
  const text = h("span", { class: "t-string" }, readable(JSON.stringify(value.slice(0, 500)).slice(0, -1)) + "…");
  return h("span", null, text, " ", button(`show all ${count(value.length)} characters`, { small: true, kind: "quiet", on: { click: (event) => { text.textContent = readable(JSON.stringify(value)); event.currentTarget.remove(); } } }));
}

/** The differing lines of two texts, or of two values as JSON. */
export function diff(before, after) {
  const lines = (value) => (typeof value === "string" ? value : value === undefined || value === null ? "" : formatJSON(value)).split("\n");
  return diffTable(compare(lines(before), lines(after)));
}
/** A unified difference, as the API has it, in colours. */
export function unified(text) {
  const lines = text.split("\n"), begin = lines.findIndex((line) => line.startsWith("@@"));
  return diffTable(lines.slice(Math.max(0, begin)).map((line) => line.startsWith("@@") ? ["@", line] : [line[0] ?? " ", line.slice(1)]));
}
function compare(a, b) {
  let start = 0, enda = a.length, endb = b.length;
  while (start < enda && start < endb && a[start] === b[start]) start++;
  while (enda > start && endb > start && a[enda - 1] === b[endb - 1]) { enda--; endb--; }
  const middleA = a.slice(start, enda), middleB = b.slice(start, endb);
  const middle = middleA.length * middleB.length > 1e6 ? [...middleA.map((x) => ["-", x]), ...middleB.map((x) => ["+", x])] : longest(middleA, middleB);
  const keep = (lines) => lines.map((line) => [" ", line]);
  return [...(start > 3 ? [["@", `${start - 3} unchanged`]] : []), ...keep(a.slice(Math.max(0, start - 3), start)), ...middle, ...keep(a.slice(enda, enda + 3)), ...(a.length - enda > 3 ? [["@", `${a.length - enda - 3} unchanged`]] : [])];
}
function longest(a, b) {
  const table = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) for (let j = b.length - 1; j >= 0; j--) table[i][j] = a[i] === b[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
  const result = [];
  let i = 0, j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) { result.push([" ", a[i]]); i++; j++; }
    else if (j >= b.length || i < a.length && table[i + 1][j] >= table[i][j + 1]) result.push(["-", a[i++]]);
    else result.push(["+", b[j++]]);
  }
  return result;
}
const diffTable = (rows) => h("div", { class: "code diff" }, h("pre", { tabindex: 0, role: "group", "aria-label": "Difference" }, h("code", null, rows.map(([sign, text]) =>
  h("span", { class: ["line", sign === "+" ? "added" : sign === "-" ? "removed" : sign === "@" && "gap"] }, sign === "@" ? text : `${sign} ${text}`, "\n")))));
