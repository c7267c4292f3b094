// A small renderer of Markdown: elements and text nodes, nothing of the text is ever markup. It reads what READMEs of plugins are made of:
// headings, paragraphs, lists, tables, fenced code, quotes, rules; code, bold, italic, links. Anything else stays as it is written.
import { h, link, out } from "../../kit.js";
import { code } from "../../kit/text.js";

const MOST = 256 * 1024;

/** A README as nodes. `resolve(target)` says where a relative link goes in the console, or nothing. */
export function markdown(text, { resolve = () => null, level = 2 } = {}) {
  const lines = String(text).slice(0, MOST).replaceAll("\r\n", "\n").replaceAll("\t", "    ").split("\n");
  return h("div", { class: "prose" }, blocks(lines, { resolve, level, depth: 0 }), text.length > MOST && h("p", { class: "faint" }, "The rest is not shown."));
}

const FENCE = /^ {0,3}(```+|~~~+)\s*([\w+-]*)/, HEADING = /^(#{1,6})\s+(.*?)\s*#*$/, RULE = /^ {0,3}([-*_])( *\1){2,} *$/, ITEM = /^( {0,3})([-*+]|\d{1,9}[.)]) +(.*)$/, DELIMITER = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

function blocks(lines, options) {
  const nodes = [];
  let i = 0;
  const until = (end) => { const from = i; while (i < lines.length && !end(lines[i])) i++; return lines.slice(from, i); };
  while (i < lines.length) {
    const line = lines[i], fence = line.match(FENCE), heading = line.match(HEADING);
    if (line.trim() === "") i++;
    else if (fence) {
      i++;
      const inside = until((one) => one.trim().startsWith(fence[1]) && !one.trim().slice(fence[1].length).trim());
      i++;
      nodes.push(code(inside.join("\n"), { json: "json", lua: "lua" }[fence[2]] ?? null, { label: fence[2] ? `Example, ${fence[2]}` : "Example", raw: true }));
    } else if (heading) { nodes.push(h(`h${Math.min(6, Math.max(2, heading[1].length + options.level - 1))}`, null, inline(heading[2], options))); i++; }
    else if (RULE.test(line)) { nodes.push(h("hr")); i++; }
    else if (line.includes("|") && DELIMITER.test(lines[i + 1] ?? "") && lines[i + 1].includes("-")) nodes.push(table(until((one) => !one.includes("|")), options));
    else if (/^ {0,3}>/.test(line) && options.depth < 8) nodes.push(h("blockquote", null, blocks(until((one) => !/^ {0,3}>/.test(one)).map((one) => one.replace(/^ {0,3}> ?/, "")), { ...options, depth: options.depth + 1 })));
    else if (ITEM.test(line) && options.depth < 8) nodes.push(list());
    else {
      const text = [line, ...(i++, until(endsParagraph))];
      nodes.push(h("p", null, inline(text.map((one) => one.trim()).join("\n"), options)));
    }
  }
  return nodes;

  // The items of one list; what is indented below an item is its own.
  function list() {
    const ordered = /\d/.test(lines[i].match(ITEM)[2]), items = [];
    while (i < lines.length) {
      const item = lines[i].match(ITEM);
      if (!item || /\d/.test(item[2]) !== ordered) break;
      const width = item[1].length + item[2].length + 1, own = [item[3]];
      i++;
      while (i < lines.length && (/^\s*$/.test(lines[i]) ? /^ {2,}\S/.test(lines[i + 1] ?? "") : lines[i].startsWith(" ".repeat(Math.min(2, width))) || !endsParagraph(lines[i]))) own.push(lines[i++].replace(new RegExp(`^ {0,${width}}`), ""));
      while (i < lines.length && /^\s*$/.test(lines[i]) && ITEM.test(lines[i + 1] ?? "")) i++;
      const inside = blocks(own, { ...options, depth: options.depth + 1 });
      items.push(h("li", null, inside.length === 1 && inside[0].tagName === "P" ? [...inside[0].childNodes] : inside));
    }
    return h(ordered ? "ol" : "ul", null, items);
  }
}
const endsParagraph = (line) => line.trim() === "" || FENCE.test(line) || HEADING.test(line) || RULE.test(line) || ITEM.test(line) || /^ {0,3}>/.test(line);

// Cells are separated by bars that neither a backslash nor code hides.
const cells = (line) => {
  const found = [""];
  let inCode = false;
  for (const part of line.trim().replace(/^\|/, "").match(/\\\||`+|[^\\|`]+|./g) ?? []) {
    if (part === "|" && !inCode) { found.push(""); continue; }
    if (part[0] === "`") inCode = !inCode;
    found[found.length - 1] += part === "\\|" ? "|" : part;
  }
  if (found.at(-1).trim() === "" && found.length > 1) found.pop();
  return found.map((cell) => cell.trim());
};
function table([head, , ...rows], options) {
  const names = cells(head);
  return h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Table" }, h("table", null,
    names.some(Boolean) && h("thead", null, h("tr", null, names.map((cell) => h("th", { scope: "col" }, inline(cell, options))))),
    h("tbody", null, rows.map((row) => h("tr", null, cells(row).map((cell) => h("td", null, inline(cell, options))))))));
}

// Code, links, pictures (their text), bold and italic; a backslash takes the meaning from what follows.
const INLINE = /\\([\\`*_{}[\]()#+.!|<>-])|(`+)(.+?)\2(?!`)|(!?)\[((?:[^[\]\\]|\\.|\[[^[\]]*\])*)\]\(([^\s()]*(?:\([^\s()]*\)[^\s()]*)*)(?:\s+"[^"]*")?\)|<(https?:\/\/[^\s<>]+)>|(\*\*|__)(?=\S)(.+?\S?)\8|(\*|_)(?=\S)([^*_]+?)\10(?!\w)/gs;
/** One line of text: code, links, bold and italic. */
export function inline(text, options = { resolve: () => null }, depth = 0) {
  if (depth > 4 || text.length > 20_000) return [text];
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    const [all, escaped, ticks, inCode, picture, label, target, auto, strong, bold, , italic] = match;
    const inWord = all[0] === "_" && /\w/.test(text[match.index - 1] ?? "");
    nodes.push(text.slice(end, match.index));
    end = match.index + all.length;
    if (inWord) nodes.push(all);
    else if (escaped) nodes.push(escaped);
    else if (ticks) nodes.push(h("code", null, inCode.trim()));
    else if (target != null) nodes.push(picture ? label : to(target, inline(label, options, depth + 1), options));
    else if (auto) nodes.push(out(auto));
    else if (strong) nodes.push(h("strong", null, inline(bold, options, depth + 1)));
    else nodes.push(h("em", null, inline(italic, options, depth + 1)));
  }
  nodes.push(text.slice(end));
  return nodes;
}
function to(target, label, { resolve }) {
  if (/^https?:\/\//i.test(target)) return out(target, label);
  const inside = resolve(target);
  return inside ? link(inside, label) : h("span", { title: target }, label);
}
