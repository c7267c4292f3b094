// What a script can call besides the event: Lua's own functions as the sandbox has them, `ctx`, and the host library as the gateway describes it.

import { api } from "../kit.js";

/** `name(parameters)`: what it does. Only what the sandbox leaves in. */
const LUA = `
assert(v [, message])|Raises an error when v is false or nil, else returns all its arguments.
error(message [, level])|Ends the script with an error; the attempt fails and shows it.
getmetatable(t)|The metatable of a table.
ipairs(t)|Goes through t[1], t[2], … until the first nil: for i, v in ipairs(t) do … end
next(t [, key])|The next key and value of a table; nil at the end.
pairs(t)|Goes through all members of a table: for k, v in pairs(t) do … end
pcall(f, …)|Calls f and returns true and its results, or false and the error.
rawequal(a, b)|Compares without metamethods.
rawget(t, key)|Reads a member without metamethods.
rawlen(t)|The length without metamethods.
rawset(t, key, value)|Sets a member without metamethods.
select(n, …)|The arguments from the n-th on; select("#", …) counts them.
setmetatable(t, meta)|Gives a table a metatable and returns the table.
tonumber(v [, base])|A number from a text, or nil.
tostring(v)|Any value as text.
type(v)|The name of a value's type: "string", "table", …
xpcall(f, handler, …)|As pcall, with a function that makes the error's message.
string.byte(s [, i [, j]])|The bytes of a text as numbers.
string.char(…)|A text of bytes.
string.find(s, pattern [, from [, plain]])|Where a pattern is found: first and last place, then captures; nil when it is not. With plain = true the text itself.
string.format(form, …)|A text with values filled in: %s %d %.2f %q %x
string.gmatch(s, pattern)|Goes through all matches: for word in string.gmatch(s, "%a+") do … end
string.gsub(s, pattern, with [, n])|Replaces matches by a text, from a table, or by what a function returns; also returns how many.
string.len(s)|How many bytes a text has; text.length counts characters.
string.lower(s)|ASCII letters in lower case; text.lower knows all letters.
string.match(s, pattern [, from])|The captures of the first match, or the match itself; nil without one.
string.rep(s, n [, separator])|A text n times.
string.reverse(s)|The bytes of a text from back to front.
string.sub(s, i [, j])|The bytes from place i to j; negative places count from the end.
string.upper(s)|ASCII letters in upper case; text.upper knows all letters.
table.concat(t [, separator [, i [, j]]])|The elements of an array as one text.
table.insert(t [, place], value)|Adds an element, at the end unless a place is given.
table.move(t, from, to, place [, into])|Copies elements.
table.pack(…)|A table of the arguments, with their number in n.
table.remove(t [, place])|Takes out an element, the last unless a place is given, and returns it.
table.sort(t [, less])|Sorts an array in place.
table.unpack(t [, i [, j]])|The elements of an array as results.
math.abs(x)|The value without its sign.
math.ceil(x)|The smallest integer that is not less.
math.floor(x)|The greatest integer that is not more.
math.fmod(x, y)|The rest of a division, with the sign of x.
math.huge|More than any number.
math.max(…)|The greatest argument.
math.min(…)|The least argument.
math.maxinteger|The greatest integer.
math.mininteger|The least integer.
math.pi|π
math.sqrt(x)|The square root.
math.tointeger(x)|The integer that a number is equal to, or nil.
math.type(x)|"integer", "float", or nil for what is no number.
utf8.char(…)|A text of code points.
utf8.charpattern|A pattern that matches one character.
utf8.codepoint(s [, i [, j]])|The code points of characters.
utf8.codes(s)|Goes through the characters: for place, code in utf8.codes(s) do … end
utf8.len(s [, i [, j]])|How many code points a text has; nil and a place when it is no UTF-8.
utf8.offset(s, n [, i])|Where the n-th character begins.
coroutine.create(f)|A new coroutine.
coroutine.resume(co, …)|Lets a coroutine go on.
coroutine.status(co)|What a coroutine is doing.
coroutine.wrap(f)|A function that lets a coroutine go on each time it is called.
coroutine.yield(…)|Gives control back to whoever resumed the coroutine.`;

/** The members of `ctx`; docs/scripts.md tells of them. */
export const CTX = {
  members: {
    event: { type: "event", about: "The event as it was published, whatever the stages before this one made of it." },
    namespace: { type: "string", about: "The event's namespace." },
    now: { type: "string", about: "When the attempt began (RFC 3339): the only clock there is." },
    webhook: {
      type: "table", about: "The webhook that this delivery is for.",
      members: { id: { type: "string", about: "The webhook's id." }, name: { type: "string", about: "The webhook's name." } },
    },
    delivery: {
      type: "table", about: "The delivery that is being made.",
      members: {
        id: { type: "string", about: "The delivery's id." }, attempt: { type: "integer", about: "Which attempt it is, from 1." },
      },
    },
    batch: {
      type: "table", about: "In transform_batch: the batch.",
      members: {
        id: { type: "string", about: "The batch's id." }, count: { type: "integer", about: "How many events it began with." },
      },
    },
  },
};

function luaFunctions() {
  return LUA.trim().split("\n").map((line) => {
    const [signature, summary] = line.split("|");
    return { name: /^[\w.]+/.exec(signature)[0], signature, summary, isValue: !signature.includes("("), origin: "Lua" };
  });
}

/** Brings a function as the gateway declares it into the form of this module. */
function hostFunction({ name, parameters, summary, returns, example = [] }) {
  const isValue = !parameters;
  const list = (parameters ?? []).map((parameter, index) => {
    const text = parameter.name;
    return parameter.optional || parameter.default !== undefined ? `[${index ? ", " : ""}${text}]` : (index ? ", " : "") + text;
  });
  return {
    name, signature: isValue ? name : `${name}(${list.join("")})`, summary, parameters: parameters ?? [], returns: [returns].flat()[0] ?? null,
    examples: [example].flat(), isValue, origin: "Tidehook",
  };
}

let known;

/**
 * All functions, by name. What the host library offers comes from the gateway itself; while it cannot be had there are Lua's own only.
 * @returns {Promise<{functions: Map<string, object>, problem: string|null}>}
 */
export async function library(signal) {
  if (known) return known;
  const own = luaFunctions();
  try {
    const answer = await api.get("/v1/scripting/library", null, { signal });
    const list = answer.functions ?? [];
    known = { functions: byName([...own, ...list.map(hostFunction)]), problem: null };
    return known;
  } catch (error) {
    if (signal?.aborted) throw error;
    return { functions: byName(own), problem: `The host library's description could not be loaded: ${error.message}` };
  }
}

function byName(list) {
  return new Map(list.sort((a, b) => (a.name < b.name ? -1 : 1)).map((entry) => [entry.name, entry]));
}
