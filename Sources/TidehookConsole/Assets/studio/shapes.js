// What events look like, learned from real ones: which members there are, of which types, how often, with examples.

import { isLongNumber } from "../kit.js";

/** How deep and how wide an event is looked at; what lies beyond is not suggested. */
const MOST_DEPTH = 12;
const MOST_MEMBERS = 300;
const MOST_ITEMS = 20;
const MOST_EXAMPLES = 6;

/** A shape that knows nothing yet. */
export function emptyShape() {
  return { count: 0, types: new Map(), examples: [], members: new Map(), items: null };
}

/** The shape of the `event` that a script gets for stored events. @param {object[]} events as the API shows them */
export function shapeOfEvents(events) {
  const shape = emptyShape();
  for (const { id, event, timestamp, data } of events) learn(shape, { id, event, timestamp, data });
  return shape;
}

/** Adds what one value shows. */
export function learn(shape, value, depth = 0) {
  shape.count += 1;
  const type = luaType(value);
  shape.types.set(type, (shape.types.get(type) ?? 0) + 1);
  if (depth >= MOST_DEPTH) return shape;
  if (Array.isArray(value)) {
    shape.items ??= emptyShape();
    for (const item of value.slice(0, MOST_ITEMS)) learn(shape.items, item, depth + 1);
  } else if (value !== null && typeof value === "object" && !isLongNumber(value)) {
    for (const [name, member] of Object.entries(value)) {
      if (!shape.members.has(name)) {
        if (shape.members.size >= MOST_MEMBERS) continue;
        shape.members.set(name, emptyShape());
      }
      learn(shape.members.get(name), member, depth + 1);
    }
  } else if (value !== null) {
    exemplify(shape, value);
  }
  return shape;
}

function exemplify(shape, value) {
  const text = String(isLongNumber(value) ? value.rawJSON : value);
  if (shape.examples.length < MOST_EXAMPLES && text.length <= 200 && !shape.examples.includes(text)) shape.examples.push(text);
}

/** The name that Lua, or the host library, has for the type of a JSON value. */
export function luaType(value) {
  if (value === null) return "json.null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "bigint") return "integer";
  if (isLongNumber(value)) return "number";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value === "object" ? "table" : typeof value;
}

/** The types of a shape in words, the most frequent first: "string or json.null". */
export function typesOf(shape) {
  return [...shape.types].sort((a, b) => b[1] - a[1]).map(([type]) => type).join(" or ");
}

/** The shape at a path below another one. @param {(string|number)[]} steps names, and numbers for elements of arrays */
export function shapeAt(shape, steps) {
  let at = shape;
  for (const step of steps) {
    at = typeof step === "number" ? at?.items : at?.members.get(step);
    if (!at) return null;
  }
  return at;
}
