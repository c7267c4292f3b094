// A Microsoft Teams message as Teams would show it: Adaptive Cards, and the older MessageCard of connectors.

import { h } from "../kit.js";
import { anchor, CARD, inline, marked } from "./marks.js";
import { frame, listed, picture, text, unshown } from "./frame.js";

const ADAPTIVE = "application/vnd.microsoft.card.adaptive";
const MOST_DEPTH = 8;

/** Whether a body looks like one for Teams. */
export function isTeams(body) {
  return body["@type"] === "MessageCard" || body.type === "AdaptiveCard" || cards(body).length > 0;
}

/** The message. */
export function teamsMessage(body) {
  const content = body["@type"] === "MessageCard" ? [messageCard(body)] : body.type === "AdaptiveCard" ? [adaptiveCard(body)] : cards(body).map(adaptiveCard);
  return frame({ service: "Teams", className: "pv-teams", sender: "Workflows", badge: "BOT" }, [body.type === "message" && body.text ? h("div", { class: "pv-text" }, marked(text(body.text), CARD)) : null, ...content]);
}

function cards(body) {
  return listed(body.attachments).filter((part) => part.contentType === ADAPTIVE && part.content && typeof part.content === "object").map((part) => part.content);
}

function adaptiveCard(card) {
  return h("div", { class: "pv-card" }, listed(card.body).map((part) => element(part, 0)), actions(card.actions));
}

const word = (value, fallback, known) => (known.includes(text(value).toLowerCase()) ? text(value).toLowerCase() : fallback);

function textBlock(part) {
  const size = word(part.size, "default", ["small", "default", "medium", "large", "extralarge"]);
  const weight = word(part.weight, "default", ["lighter", "default", "bolder"]);
  const color = word(part.color, "default", ["default", "dark", "light", "accent", "good", "warning", "attention"]);
  const classes = ["pv-text", `pv-size-${size}`, `pv-weight-${weight}`, `pv-color-${color}`, part.isSubtle === true ? "pv-subtle" : "", part.wrap === true ? "" : "pv-nowrap"];
  return h("div", { class: classes.filter(Boolean).join(" ") }, marked(text(part.text), CARD));
}

const ELEMENTS = {
  TextBlock: textBlock,
  RichTextBlock: (part) => h("div", { class: "pv-text" }, listed(part.inlines).map((run) => (typeof run === "string" ? run : richRun(run)))),
  FactSet: (part) => h("dl", { class: "pv-facts" }, listed(part.facts).map(fact)),
  Image: (part) => picture(part.altText, part.url),
  ImageSet: (part) => h("div", { class: "pv-buttons" }, listed(part.images).map((each) => picture(each.altText, each.url))),
  Container: (part, depth) => h("div", { class: `pv-container pv-style-${word(part.style, "default", ["emphasis", "good", "warning", "attention", "accent"])}` }, listed(part.items).map((each) => element(each, depth + 1))),
  ColumnSet: (part, depth) => h("div", { class: "pv-columns" }, listed(part.columns).map((each) => h("div", { class: text(each.width) === "auto" ? "pv-column pv-auto" : "pv-column" }, listed(each.items).map((item) => element(item, depth + 1))))),
  ActionSet: (part) => actions(part.actions),
  Table: (part, depth) => h("table", { class: "pv-table" }, h("tbody", null, listed(part.rows).map((row) => h("tr", null, listed(row.cells).map((cell) => h("td", null, listed(cell.items).map((each) => element(each, depth + 1)))))))),
};

function element(part, depth) {
  const make = Object.hasOwn(ELEMENTS, part.type) ? ELEMENTS[part.type] : null;
  if (!make || depth > MOST_DEPTH) return unshown(`element of type ${text(part.type) || "?"}`);
  const node = make(part, depth);
  if (node && part.separator === true) node.classList.add("pv-separated");
  return node;
}

function richRun(run) {
  const said = text(run.text);
  return [["italic", "em"], ["strikethrough", "s"]].reduce((node, [style, tag]) => (run[style] ? h(tag, null, node) : node), run.weight === "Bolder" ? h("strong", null, said) : said);
}

function fact({ title, name, value }) {
  return [h("dt", null, inline(text(title ?? name), CARD)), h("dd", null, marked(text(value), CARD))];
}

function actions(list) {
  const shown = listed(list).map((action) => {
    const face = h("span", { class: "pv-button" }, text(action.title ?? action.name) || text(action.type));
    const url = text(action.url) || text(listed(action.targets)[0]?.uri);
    return url ? anchor(url, face) : face;
  });
  return shown.length ? h("div", { class: "pv-buttons" }, shown) : null;
}

function messageCard(card) {
  const node = h("div", { class: "pv-card pv-connector" },
    card.title ? h("div", { class: "pv-size-large pv-weight-bolder" }, inline(text(card.title), CARD)) : null,
    card.text ? h("div", { class: "pv-text" }, marked(text(card.text), CARD)) : null,
    listed(card.sections).map(section), actions(card.potentialAction));
  if (/^#?[\da-f]{6}$/i.test(text(card.themeColor))) node.style.borderTopColor = `#${card.themeColor.replace("#", "")}`;
  return node;
}

function section(part) {
  return h("div", { class: "pv-container" },
    part.title ? h("div", { class: "pv-strong" }, inline(text(part.title), CARD)) : null,
    part.activityTitle ? h("div", { class: "pv-strong" }, inline(text(part.activityTitle), CARD)) : null,
    part.activitySubtitle ? h("div", { class: "pv-small" }, inline(text(part.activitySubtitle), CARD)) : null,
    part.activityText ? h("div", { class: "pv-text" }, marked(text(part.activityText), CARD)) : null,
    part.text ? h("div", { class: "pv-text" }, marked(text(part.text), CARD)) : null,
    listed(part.facts).length ? h("dl", { class: "pv-facts" }, listed(part.facts).map(fact)) : null);
}
