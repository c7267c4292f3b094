// Splits Lua 5.4 source into coloured pieces, line by line, and says what a place in it is (code, string, comment).

export const KEYWORDS = new Set(
  "and break do else elseif end false for function goto if in local nil not or repeat return then true until while".split(" "));

const CONSTANTS = new Set(["nil", "true", "false"]);
const PIECE = new RegExp(
  [
    /(?<comment>--.*)/, /(?<string>"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)/,
    /(?<number>0[xX][\da-fA-F.]+(?:[pP][+-]?\d+)?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/,
    /(?<name>[A-Za-z_]\w*)/, /(?<space>\s+)/, /(?<operator>\.\.\.?|[=~<>]=|\/\/|<<|>>|::|.)/u,
  ].map((part) => part.source).join("|"), "yu");
const LONG = /(--)?\[(=*)\[/y;

/**
 * Splits one line.
 * @param {string} line without its line break
 * @param {string} state what the line before left open: "" nothing, "c" or "s" and a number: a long comment or string with that many "="
 * @returns {{pieces: {kind: string, text: string}[], state: string}} `state` for the next line
 */
export function splitLine(line, state = "") {
  const pieces = [];
  let at = 0;
  if (state) {
    const close = `]${"=".repeat(Number(state.slice(1)))}]`;
    const end = line.indexOf(close);
    const kind = state[0] === "c" ? "comment" : "string";
    if (end < 0) return { pieces: line ? [{ kind, text: line }] : [], state };
    at = end + close.length;
    pieces.push({ kind, text: line.slice(0, at) });
  }
  while (at < line.length) {
    LONG.lastIndex = at;
    const long = LONG.exec(line);
    if (long) {
      const kind = long[1] ? "comment" : "string";
      const end = line.indexOf(`]${long[2]}]`, LONG.lastIndex);
      if (end < 0) {
        pieces.push({ kind, text: line.slice(at) });
        return { pieces, state: kind[0] + long[2].length };
      }
      const next = end + long[2].length + 2;
      pieces.push({ kind, text: line.slice(at, next) });
      at = next;
      continue;
    }
    PIECE.lastIndex = at;
    const match = PIECE.exec(line);
    const text = match ? match[0] : line[at];
    const kind = match ? Object.keys(match.groups).find((name) => match.groups[name] !== undefined) : "operator";
    pieces.push({ kind: kind === "name" ? nameKind(text, line, at) : kind, text });
    at += text.length;
  }
  return { pieces, state: "" };
}

function nameKind(text, line, at) {
  if (CONSTANTS.has(text)) return "constant";
  if (KEYWORDS.has(text)) return "keyword";
  const rest = line.slice(at + text.length);
  if (/^\s*(?:\(|"|'|\{)/.test(rest)) return "call";
  return /[.:]\s*$/.test(line.slice(Math.max(0, at - 8), at)) ? "member" : "name";
}

/**
 * What stands before an offset: whether it is inside of a comment or a string, and the text of an open string.
 * @returns {{kind: "code"|"comment"|"string", open?: string}}
 */
export function contextAt(source, offset) {
  const lines = source.slice(0, offset).split("\n");
  let state = "";
  for (const line of lines.slice(0, -1)) ({ state } = splitLine(line, state));
  const { pieces, state: after } = splitLine(lines.at(-1), state);
  if (after) return { kind: after[0] === "c" ? "comment" : "string" };
  const last = pieces.at(-1);
  if (last?.kind === "comment") return { kind: "comment" };
  if (last?.kind === "string" && !isClosed(last.text)) return { kind: "string", open: last.text.slice(1) };
  return { kind: "code" };
}

function isClosed(text) {
  if (text.startsWith("[")) return true;
  if (text.length < 2 || text.at(-1) !== text[0]) return false;
  const escapes = /(\\*).$/.exec(text)[1];
  return escapes.length % 2 === 0;
}
