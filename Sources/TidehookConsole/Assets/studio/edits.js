// What the editor's keys do to a text, as values: nothing here touches the page, so that every rule can be tried by itself.
//
// An edit is {from, to, text, start, end}: replace [from, to) by text, then select [start, end). `null`: the key does nothing special.

export const INDENT = "  ";

const OPENS = /(?:\b(?:then|do|else|repeat)|\bfunction\b[^()]*\([^()]*\)|[({[])\s*(?:--.*)?$/;
const CLOSES = /^\s*(?:end|else|elseif|until|[)}\]])/;

const lineStart = (text, at) => text.lastIndexOf("\n", at - 1) + 1;
const lineEnd = (text, at) => (text.indexOf("\n", at) < 0 ? text.length : text.indexOf("\n", at));
const indentOf = (line) => /^[ \t]*/.exec(line)[0];

/** Enter: a new line as deep as this one, deeper after what opens a block. */
export function newline(text, start, end) {
  const line = text.slice(lineStart(text, start), start);
  const opens = OPENS.test(line) && !/^\s*--/.test(line);
  const base = indentOf(line);
  const inserted = `\n${base}${opens ? INDENT : ""}`;
  const place = start + inserted.length;
  const between = opens && /^[)}\]]/.test(text.slice(end));
  return { from: start, to: end, text: between ? `${inserted}\n${base}` : inserted, start: place, end: place };
}

/** Tab: spaces up to the next stop, or all selected lines one step deeper. */
export function indent(text, start, end) {
  if (!text.slice(start, end).includes("\n")) {
    const column = start - lineStart(text, start);
    const spaces = " ".repeat(INDENT.length - (column % INDENT.length));
    return { from: start, to: end, text: spaces, start: start + spaces.length, end: start + spaces.length };
  }
  return eachLine(text, start, end, (line) => (line ? INDENT + line : line));
}

/** Shift+Tab: the lines of the selection one step less deep. */
export function dedent(text, start, end) {
  return eachLine(text, start, end, (line) => line.replace(/^(?: {1,2}|\t)/, ""));
}

/** Ctrl+/: makes comments of the selected lines, or code of them again when all are comments. */
export function toggleComment(text, start, end) {
  const lines = wholeLines(text, start, end).text.split("\n").filter((line) => line.trim());
  const isComment = lines.length > 0 && lines.every((line) => /^\s*--/.test(line));
  const depth = Math.min(...lines.map((line) => indentOf(line).length));
  return eachLine(text, start, end, (line) => {
    if (!line.trim()) return line;
    return isComment ? line.replace(/^(\s*)-- ?/, "$1") : `${line.slice(0, depth)}-- ${line.slice(depth)}`;
  });
}

/** After a letter: a line that has just become `end`, `else`, `until` … moves one step to the left. */
export function outdentClosing(text, at) {
  const from = lineStart(text, at);
  const line = text.slice(from, at);
  if (!CLOSES.test(line) || line.trim() !== text.slice(from, lineEnd(text, at)).trim()) return null;
  if (!/^(?:end|else|elseif|until|[)}\]])$/.test(line.trim())) return null;
  const before = text.slice(0, Math.max(0, from - 1)).split("\n").reverse().find((other) => other.trim());
  if (before === undefined) return null;
  const wanted = OPENS.test(before) ? indentOf(before) : indentOf(before).slice(INDENT.length);
  if (indentOf(line).length <= wanted.length) return null;
  const word = wanted + line.trim();
  return { from, to: at, text: word, start: from + word.length, end: from + word.length };
}

function wholeLines(text, start, end) {
  const from = lineStart(text, start);
  const to = lineEnd(text, end > start && text[end - 1] === "\n" ? end - 1 : end);
  return { from, to, text: text.slice(from, to) };
}

function eachLine(text, start, end, change) {
  const { from, to, text: old } = wholeLines(text, start, end);
  const lines = old.split("\n");
  const changed = lines.map(change);
  const replaced = changed.join("\n");
  if (replaced === old) return null;
  const first = changed[0].length - lines[0].length;
  if (start === end) {
    const place = Math.max(from, start + first);
    return { from, to, text: replaced, start: place, end: place };
  }
  return { from, to, text: replaced, start: Math.max(from, start + first), end: Math.max(from, end + replaced.length - old.length) };
}
