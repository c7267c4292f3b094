// Text with marks (Slack's mrkdwn, the Markdown of Discord and of Adaptive Cards) as nodes: every character becomes a text node, no HTML is read.

import { h } from "../kit.js";

/** Longer texts are cut in a preview; no message service shows more in one place. */
const MOST = 6000;
const MOST_DEPTH = 8;

/** A link that only ever leads to the web; anything else stays text. */
export function anchor(url, ...children) {
  if (!/^https?:\/\//i.test(url)) return h("span", { class: "pv-link", title: url }, ...children);
  return h("a", { class: "pv-link", href: url, rel: "noopener noreferrer", target: "_blank" }, ...children);
}

/** A name that somebody would be notified by. */
export const mention = (text) => h("span", { class: "pv-mention" }, text);

const wrap = (tag, props = null) => (match, inner) => h(tag, props, inner(match[1]));
const plain = (text) => text;

const code = { first: "`", at: /``([^\n]+?)``|`([^`\n]+)`/y, node: (match, _, text) => h("code", null, text(match[1] ?? match[2])) };
const markdownLink = { first: "[", at: /\[([^\]\n]{1,500})\]\(<?((?:[^\s()<>]|\([^\s()<>]*\))+)>?(?:\s+"[^"]*")?\)/y, node: (match, inner) => anchor(match[2], inner(match[1])) };
const bareLink = { first: "h", at: /https?:\/\/[^\s<>]*[^\s<>.,;:!?)'"\]]/y, word: true, node: (match) => anchor(match[0], match[0]) };
const escaped = { first: "\\", at: /\\([\\`*_{}[\]()#+\-.!~|>:<])/y, node: (match) => match[1] };

/** Slack: https://docs.slack.dev/messaging/formatting-message-text */
export const MRKDWN = {
  text: (text) => text.replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: "<", gt: ">", amp: "&" })[name]),
  rules: [
    code,
    { first: "<", at: /<([^<>\n]{1,2000})>/y, node: (match, _, text) => slackReference(match[1], text) },
    { first: "*", at: /\*(?=\S)([^*\n]*[^\s*])\*(?!\w)/y, word: true, node: wrap("strong") },
    { first: "_", at: /_(?=\S)([^_\n]*[^\s_])_(?!\w)/y, word: true, node: wrap("em") },
    { first: "~", at: /~(?=\S)([^~\n]*[^\s~])~(?!\w)/y, word: true, node: wrap("s") },
    { first: ":", at: /:([a-z0-9_+'-]{1,60}):/y, node: (match) => h("span", { class: "pv-emoji", title: "an emoji" }, match[0]) },
  ],
};

/** Discord: https://support.discord.com/hc/articles/210298617 */
export const DISCORD = {
  text: plain,
  rules: [
    escaped, code, markdownLink,
    { first: "<", at: /<(https?:\/\/[^\s>]+)>/y, node: (match) => anchor(match[1], match[1]) },
    { first: "<", at: /<t:(-?\d{1,13})(?::([tTdDfFR]))?>/y, node: (match) => moment(Number(match[1])) },
    { first: "<", at: /<(@[!&]?|#)(\d{1,25})>/y, node: (match) => mention(`${match[1][0]}${match[2]}`) },
    { first: "<", at: /<a?(:\w+:)\d+>/y, node: (match) => h("span", { class: "pv-emoji" }, match[1]) },
    { first: "@", at: /@(everyone|here)\b/y, node: (match) => mention(match[0]) },
    { first: "*", at: /\*\*(?=\S)([^]*?[^\s])\*\*(?!\*)/y, node: wrap("strong") },
    { first: "_", at: /__(?=\S)([^]*?[^\s])__(?!_)/y, node: wrap("u") },
    { first: "*", at: /\*(?=[^\s*])([^*]*[^\s*])\*/y, node: wrap("em") },
    { first: "_", at: /_(?=[^\s_])([^_]*[^\s_])_(?!\w)/y, word: true, node: wrap("em") },
    { first: "~", at: /~~(?=\S)([^]*?[^\s])~~/y, node: wrap("s") },
    { first: "|", at: /\|\|([^]+?)\|\|/y, node: wrap("span", { class: "pv-spoiler", title: "a spoiler" }) },
    bareLink,
  ],
};

/** Adaptive Cards and connector cards: https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features */
export const CARD = {
  text: plain,
  rules: [
    escaped, markdownLink,
    { first: "*", at: /\*\*(?=\S)([^]*?[^\s])\*\*/y, node: wrap("strong") },
    { first: "_", at: /__(?=\S)([^]*?[^\s])__/y, node: wrap("strong") },
    { first: "*", at: /\*(?=[^\s*])([^*\n]*[^\s*])\*/y, node: wrap("em") },
    { first: "_", at: /_(?=[^\s_])([^_\n]*[^\s_])_(?!\w)/y, word: true, node: wrap("em") },
  ],
};

/** The pieces of a text inside of one line or paragraph. */
export function inline(source, dialect, depth = 0) {
  const nodes = [];
  let open = "";
  const flush = () => { if (open) nodes.push(dialect.text(open)); open = ""; };
  for (let at = 0; at < source.length;) {
    const found = depth < MOST_DEPTH && ruleAt(source, at, dialect.rules);
    if (found) {
      flush();
      nodes.push(found.rule.node(found.match, (text) => inline(text, dialect, depth + 1), dialect.text));
      at += found.match[0].length;
    } else {
      open += source[at];
      at += 1;
    }
  }
  flush();
  return nodes;
}

function ruleAt(source, at, rules) {
  for (const rule of rules) {
    if (rule.first !== source[at] || (rule.word && at > 0 && /\w/.test(source[at - 1]))) continue;
    rule.at.lastIndex = at;
    const match = rule.at.exec(source);
    if (match) return { rule, match };
  }
  return null;
}

/** A whole text: fenced code, quotes, headings and lists where the dialect has them, and lines. */
export function marked(source, dialect) {
  const text = String(source ?? "");
  const cut = text.length > MOST ? `${text.slice(0, MOST)}…` : text;
  const parts = cut.split(/```(?:[a-z0-9+-]*\n)?([^]*?)```/);
  return parts.flatMap((part, index) => (index % 2 ? [h("pre", null, dialect.text(part.replace(/\n$/, "")))] : lines(part, dialect)));
}

function lines(text, dialect) {
  const trimmed = text.replace(/^\n|\n$/g, "");
  if (!trimmed) return [];
  return trimmed.split("\n").map((line) => blockLine(line, dialect));
}

function blockLine(line, dialect) {
  const quote = (dialect === MRKDWN ? /^(?:&gt;|>)\s?(.*)$/ : /^>\s(.*)$/).exec(line);
  if (quote) return h("blockquote", null, inline(quote[1], dialect), "\u200b");
  if (dialect !== MRKDWN) {
    const heading = dialect === DISCORD && /^(#{1,3}|-#)\s+(.*)$/.exec(line);
    if (heading) return h("div", { class: heading[1] === "-#" ? "pv-small" : `pv-h${heading[1].length}` }, inline(heading[2], dialect));
    const item = /^(\s*)(?:[-*]|(\d{1,4}\.))\s+(.*)$/.exec(line);
    if (item) return h("div", { class: "pv-item" }, h("span", { class: "pv-bullet" }, item[2] ?? "•"), h("span", null, inline(item[3], dialect)));
  }
  return h("div", { class: "pv-line" }, line ? inline(line, dialect) : "\u200b");
}

function slackReference(inside, text) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? null : text(inside.slice(bar + 1));
  if (/^@[UW]/.test(target)) return mention(label ? `@${label.replace(/^@/, "")}` : target);
  if (/^#C/.test(target)) return mention(label ? `#${label.replace(/^#/, "")}` : target);
  const date = /^!date\^(-?\d{1,13})\^([^^]+)(?:\^(.*))?$/.exec(target);
  if (date) return moment(Number(date[1]), label);
  if (target.startsWith("!")) return mention(label ? label : `@${target.slice(1).split("^")[0]}`);
  const url = text(target);
  return /^(?:https?:|mailto:)/i.test(url) ? anchor(url, label ?? url) : text(`<${inside}>`);
}

/** A time in the reader's zone, as the services show it. */
function moment(seconds, fallback) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return fallback ?? String(seconds);
  const text = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }).format(date);
  return h("time", { datetime: date.toISOString(), title: fallback ?? date.toISOString() }, text);
}
