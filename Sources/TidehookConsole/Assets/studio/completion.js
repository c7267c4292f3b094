// Decides what to suggest at a place in a script: paths of real events, `ctx`, functions, names of the script itself.

import { luaString } from "../kit/text.js";
import { contextAt, KEYWORDS } from "./lua.js";
import { shapeAt, typesOf } from "./shapes.js";
import { CTX } from "./lua-library.js";

const MOST = 60;
/** How far back a chain of names may begin, in characters: no search takes longer in a text without end. */
const NEAR = 2000;
const CHAIN = String.raw`[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[(?:\w+|"[^"\]]*")\])*`;
const NAME = /^[A-Za-z_]\w*$/;

const SNIPPETS = [
  { label: "filter", about: "Decides whether the event is wanted.", text: 'function filter(event, ctx)\n  return true, "reason"\nend', caret: 37 },
  { label: "transform", about: "Makes the body that is sent.", text: "function transform(event, ctx)\n  return {  }\nend", caret: 42 },
];

/**
 * What fits at `offset`.
 * @param {string} source
 * @param {number} offset
 * @param {{event: object, original: object, functions: Map<string, object>}} knowledge `event`: the shape of what this stage gets,
 *   `original`: that of what was published
 * @param {boolean} isAsked whether the reader asked for suggestions; else nothing is offered that would be in the way of typing
 * @returns {null | {from: number, items: object[]}} items `{label, insert, from?, kind, detail, doc}`; `from` and `offset` are replaced
 */
export function complete(source, offset, knowledge, isAsked = false) {
  const before = source.slice(0, offset);
  const context = contextAt(source, offset);
  if (context.kind === "comment") return null;
  if (context.kind === "string") return context.open === undefined ? null : inString(before, context.open, knowledge);
  const member = new RegExp(String.raw`(${CHAIN})([.:])(\w*)$`).exec(before.slice(-NEAR));
  const found = member ? afterDot(before, member, knowledge) : words(before, source, knowledge, isAsked);
  return found && trimmed(found, before.slice(found.from), isAsked);
}

function afterDot(before, [, chain, dot, typed], knowledge) {
  const from = before.length - typed.length;
  const library = [...knowledge.functions.values()].filter(({ name }) => name.startsWith(`${chain}.`));
  if (dot === "." && library.length) return { from, items: library.map((entry) => functionItem(entry, entry.name.slice(chain.length + 1))) };
  const place = resolve(chain, before, knowledge);
  if (dot === ":") return { from, items: methods(place, knowledge) };
  if (!place) return null;
  if (place.about) return { from, items: Object.entries(place.about).map(([name, entry]) => ctxItem(name, entry)) };
  return { from, items: members(place.shape, place.path, from) };
}

/** The members of a shape as suggestions; names that Lua cannot write after a dot are put into brackets. */
function members(shape, path, from) {
  return [...shape.members].sort((a, b) => b[1].count - a[1].count).map(([name, child]) => {
    const isPlain = NAME.test(name) && !KEYWORDS.has(name);
    return {
      label: name, insert: isPlain ? name : `[${luaString(name)}]`, from: isPlain ? from : from - 1, kind: "path", detail: typesOf(child),
      doc: { title: isPlain ? `${path}.${name}` : `${path}[${luaString(name)}]`, shape: child, of: shape.count },
    };
  });
}

function methods(place, { functions }) {
  if (place?.shape && ![...place.shape.types.keys()].includes("string")) return [];
  return [...functions.values()].filter(({ name }) => /^string\.(?!char$)/.test(name)).map((entry) => functionItem(entry, entry.name.slice(7)));
}

function inString(before, open, knowledge) {
  const code = before.slice(0, before.length - open.length - 1).slice(-NEAR);
  const from = before.length - open.length;
  const call = new RegExp(String.raw`\bpath\.(?:get|set)\s*\(\s*(${CHAIN})\s*,\s*$`).exec(code);
  if (call) return inPath(before, call[1], open, knowledge);
  const compared = new RegExp(String.raw`(${CHAIN})\s*[=~]=\s*$`).exec(code);
  const isTag = /\bhas_tag\s*\([^()]*,\s*$/.test(code);
  const shape = isTag ? tags(knowledge.event) : compared && resolve(compared[1], code, knowledge)?.shape;
  if (!shape) return null;
  const items = shape.examples.filter((text) => !/["\\\n]/.test(text)).map((text) => (
    { label: text, insert: text, kind: "value", detail: "seen in events", doc: null }));
  return trimmed({ from, items }, open, true);
}

function tags(event) {
  return shapeAt(event, ["data", "tags", 0]) ?? shapeAt(event, ["tags", 0]);
}

function inPath(before, chain, open, knowledge) {
  const place = resolve(chain, before, knowledge);
  if (!place?.shape) return null;
  const dot = open.lastIndexOf(".") + 1;
  const steps = open.slice(0, dot).split(".").filter(Boolean).flatMap(pathSteps);
  const shape = shapeAt(place.shape, steps);
  if (!shape) return null;
  const from = before.length - (open.length - dot);
  const items = members(shape, `${place.path}.${steps.join(".")}`.replace(/\.$/, ""), from).map((item) => ({ ...item, insert: item.label, from }));
  return trimmed({ from, items }, open.slice(dot), true);
}

function pathSteps(part) {
  const [, name, index] = /^([^[]*)(?:\[(\d+)\])?$/.exec(part) ?? [null, part, undefined];
  const first = /^\d+$/.test(name) ? Number(name) : name;
  return index === undefined ? [first] : [first, Number(index)];
}

/** What a chain such as `event.data.tags[1]` stands for: a shape and its full path, or members of `ctx`. */
function resolve(chain, before, knowledge, depth = 0) {
  const [root, ...rest] = chain.match(/[A-Za-z_]\w*|\["[^"]*"\]|\[\w+\]/g).map(step);
  let place = rootOf(root, before, knowledge, depth);
  for (const name of rest) {
    if (!place) return null;
    place = place.about ? inCtx(place.about[name], knowledge) : below(place, name);
  }
  return place;
}

function step(text) {
  if (text.startsWith('["')) return text.slice(2, -2);
  return text.startsWith("[") ? 1 : text;
}

function below({ shape, path }, name) {
  const child = shapeAt(shape, [name]);
  return child && { shape: child, path: typeof name === "number" ? `${path}[1]` : `${path}.${name}` };
}

function inCtx(entry, { original }) {
  if (entry?.type === "event") return { shape: original, path: "ctx.event" };
  return entry?.members ? { about: entry.members } : null;
}

function rootOf(name, before, knowledge, depth) {
  if (depth > 8) return null;
  const alias = aliasOf(name, before);
  if (alias) {
    const place = resolve(alias.chain, before.slice(0, alias.at), knowledge, depth + 1);
    return place && alias.isElement ? below(place, 1) : place;
  }
  const names = parameters(before);
  if (name === names.event) return { shape: knowledge.event, path: name };
  if (name === names.ctx) return { about: CTX.members };
  if (name === "events") return { shape: listOf(knowledge.event), path: name };
  return null;
}

const listOf = (shape) => ({ count: shape.count, types: new Map([["array", 1]]), examples: [], members: new Map(), items: shape });

/** What the nearest function of a stage calls its parameters. */
function parameters(before) {
  const heads = [...before.matchAll(/\bfunction\s+(?:filter|transform)\s*\(\s*(\w*)\s*,?\s*(\w*)|\b(?:filter|transform)\s*=\s*function\s*\(\s*(\w*)\s*,?\s*(\w*)/g)];
  const [, event, ctx, event2, ctx2] = heads.at(-1) ?? [];
  return { event: event || event2 || "event", ctx: ctx || ctx2 || "ctx" };
}

/** `local name = chain`, or `for _, name in ipairs(chain) do`: the last of them before the place. */
function aliasOf(name, before) {
  const local = new RegExp(String.raw`\blocal\s+${name}\s*=\s*(${CHAIN})\s*(?:\bor\b|;|--|\n|$)`, "g");
  const loop = new RegExp(String.raw`\bfor\s+\w+\s*,\s*${name}\s+in\s+i?pairs\s*\(\s*(${CHAIN})\s*(?:\bor\b[^)]*)?\)`, "g");
  const found = [...before.matchAll(local), ...before.matchAll(loop)].sort((a, b) => a.index - b.index).at(-1);
  return found && { chain: found[1], at: found.index, isElement: found[0].startsWith("for") };
}

function words(before, source, knowledge, isAsked) {
  const near = before.slice(-NEAR);
  const typed = /[A-Za-z_]\w*$/.exec(near)?.[0] ?? "";
  if (!isAsked && typed.length < 2) return null;
  if (/\d\w*$/.test(near) && !typed) return null;
  const from = before.length - typed.length;
  if (/\b(?:local|function)\s+$/.test(near.slice(0, near.length - typed.length)) && !isAsked) return null;
  const isAtStart = /(?:^|\n)$/.test(before.slice(0, from));
  return { from, items: [...(isAtStart ? snippets() : []), ...names(before, source, typed), ...globals(knowledge), ...keywords()] };
}

function snippets() {
  return SNIPPETS.map(({ label, about, text, caret }) => (
    { label, insert: text, caret, kind: "snippet", detail: "function", doc: { title: label, summary: about, code: text } }));
}

function names(before, source, typed) {
  const own = new Set(["event", "ctx"]);
  for (const [, list] of source.matchAll(/\b(?:local|for)\s+([\w\s,]+?)\s*(?:=|in\b|\n|$)/g)) {
    for (const name of list.split(",")) own.add(name.trim());
  }
  for (const [, name, list] of source.matchAll(/\bfunction\s*([A-Za-z_]\w*)?\s*\(([\w\s,]*)\)/g)) {
    for (const each of [name, ...list.split(",")]) if (each) own.add(each.trim());
  }
  return [...own].filter((name) => NAME.test(name) && !KEYWORDS.has(name) && name !== typed)
    .map((name) => ({ label: name, insert: name, kind: "name", detail: "", doc: null }));
}

function globals({ functions }) {
  const libraries = new Set([...functions.keys()].filter((name) => name.includes(".")).map((name) => name.split(".")[0]));
  const single = [...functions.values()].filter(({ name }) => !name.includes(".")).map((entry) => functionItem(entry, entry.name));
  return [...single, ...[...libraries].map((name) => ({ label: name, insert: name, kind: "library", detail: "library", doc: null }))];
}

function keywords() {
  return [...KEYWORDS].map((word) => ({ label: word, insert: word, kind: "keyword", detail: "", doc: null }));
}

function functionItem(entry, label) {
  return { label, insert: label, kind: entry.isValue ? "value" : "function", detail: entry.returns?.type ?? "", doc: { title: entry.signature, entry } };
}

function ctxItem(name, entry) {
  return { label: name, insert: name, kind: "path", detail: entry.type === "event" ? "table" : entry.type, doc: { title: `ctx.${name}`, summary: entry.about } };
}

/** Keeps what begins with, or else contains, what was typed; nothing when that is one of them already and nobody asked. */
function trimmed({ from, items }, typed, isAsked) {
  const low = typed.toLowerCase();
  const rank = ({ label }) => (label.startsWith(typed) ? 0 : label.toLowerCase().startsWith(low) ? 1 : label.toLowerCase().includes(low) ? 2 : 3);
  const seen = new Set();
  const kept = items.map((item, index) => ({ item, index, rank: rank(item) })).filter(({ item, rank: place }) => {
    if (place === 3 || (place === 2 && low.length < 2) || seen.has(item.label)) return false;
    return seen.add(item.label);
  }).sort((a, b) => a.rank - b.rank || a.index - b.index).map(({ item }) => item);
  if (!kept.length || (!isAsked && typed && kept.some(({ label, kind }) => label === typed && kind !== "snippet"))) return null;
  return { from, items: kept.slice(0, MOST) };
}
