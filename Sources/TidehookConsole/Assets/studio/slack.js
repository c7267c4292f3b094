// A Slack message as Slack would show it: Block Kit blocks, old attachments, or mere text.

import { h } from "../kit.js";
import { anchor, inline, marked, MRKDWN } from "./marks.js";
import { frame, listed, picture, text, unshown } from "./frame.js";

/** Whether a body looks like one for Slack. */
export function isSlack(body) {
  if (Array.isArray(body.blocks)) return true;
  if (Array.isArray(body.attachments)) return body.attachments.some((part) => part && !part.contentType && ("color" in part || "text" in part || "blocks" in part || "fallback" in part));
  return typeof body.text === "string" && !("embeds" in body) && !("content" in body) && !("@type" in body) && body.type === undefined;
}

/** The message. */
export function slackMessage(body) {
  const blocks = listed(body.blocks).map(block);
  const content = blocks.length ? blocks : [h("div", { class: "pv-text" }, marked(text(body.text), MRKDWN))];
  return frame({
    service: "Slack", className: "pv-slack", sender: text(body.username) || "Your webhook", badge: "APP",
    note: blocks.length && body.text ? ["Notification: ", ...inline(text(body.text).slice(0, 500), MRKDWN)] : null,
  }, [...content, ...listed(body.attachments).map(attachment)]);
}

function composed(object) {
  if (typeof object === "string") return inline(object, MRKDWN);
  if (object?.type === "plain_text") return [h("span", { class: "pv-plain" }, text(object.text))];
  return marked(text(object?.text), MRKDWN);
}

const BLOCKS = {
  header: (part) => h("div", { class: "pv-header" }, text(part.text?.text)),
  section: (part) => h("div", { class: "pv-section" },
    h("div", { class: "pv-main" }, part.text ? h("div", { class: "pv-text" }, composed(part.text)) : null,
      listed(part.fields).length ? h("div", { class: "pv-grid" }, listed(part.fields).map((field) => h("div", { class: "pv-text" }, composed(field)))) : null),
    part.accessory ? h("div", { class: "pv-accessory" }, element(part.accessory)) : null),
  context: (part) => h("div", { class: "pv-context" }, listed(part.elements).map((each) => (each.type === "image" ? picture(each.alt_text, each.image_url, true) : h("span", null, composed(each))))),
  divider: () => h("hr", { class: "pv-rule" }),
  image: (part) => h("div", null, part.title ? h("div", { class: "pv-small" }, text(part.title.text)) : null, picture(part.alt_text, part.image_url ?? part.slack_file?.url)),
  actions: (part) => h("div", { class: "pv-buttons" }, listed(part.elements).map(element)),
  rich_text: (part) => h("div", { class: "pv-text" }, listed(part.elements).map(richPart)),
  markdown: (part) => h("div", { class: "pv-text" }, marked(text(part.text).replace(/\*\*(.+?)\*\*/g, "*$1*"), MRKDWN)),
  video: (part) => picture(text(part.title?.text) || "video", part.thumbnail_url),
};

function block(part) {
  const make = Object.hasOwn(BLOCKS, part.type) ? BLOCKS[part.type] : null;
  return make ? make(part) : unshown(`block of type ${text(part.type) || "?"}`);
}

function element(part) {
  if (part.type === "image") return picture(part.alt_text, part.image_url, true);
  if (part.type === "button") {
    const style = ["primary", "danger"].includes(part.style) ? ` pv-${part.style}` : "";
    const label = text(part.text?.text);
    return part.url ? anchor(text(part.url), h("span", { class: `pv-button${style}` }, label)) : h("span", { class: `pv-button${style}` }, label);
  }
  return h("span", { class: "pv-button" }, text(part.placeholder?.text) || text(part.type).replaceAll("_", " "), " ▾");
}

function richPart(part) {
  const inner = () => listed(part.elements).map(richPiece);
  if (part.type === "rich_text_preformatted") return h("pre", null, listed(part.elements).map((each) => text(each.text ?? each.url)));
  if (part.type === "rich_text_quote") return h("blockquote", null, inner());
  if (part.type === "rich_text_list") {
    return h(part.style === "ordered" ? "ol" : "ul", null, listed(part.elements).map((item) => h("li", null, listed(item.elements).map(richPiece))));
  }
  return h("div", { class: "pv-line" }, inner());
}

function richPiece(part) {
  const said = part.type === "link" ? anchor(text(part.url), text(part.text) || text(part.url))
    : part.type === "emoji" ? `:${text(part.name)}:`
    : part.type === "user" || part.type === "broadcast" || part.type === "channel" ? h("span", { class: "pv-mention" }, `@${text(part.user_id ?? part.range ?? part.channel_id)}`)
    : text(part.text);
  return [["code", "code"], ["strike", "s"], ["italic", "em"], ["bold", "strong"]].reduce((node, [style, tag]) => (part.style?.[style] ? h(tag, null, node) : node), said);
}

function attachment(part) {
  const bar = h("div", { class: "pv-attachment" },
    part.pretext ? h("div", { class: "pv-text" }, marked(text(part.pretext), MRKDWN)) : null,
    part.author_name ? h("div", { class: "pv-small" }, text(part.author_name)) : null,
    part.title ? h("div", { class: "pv-strong" }, part.title_link ? anchor(text(part.title_link), text(part.title)) : text(part.title)) : null,
    part.text ? h("div", { class: "pv-text" }, marked(text(part.text), MRKDWN)) : null,
    listed(part.fields).length ? h("div", { class: "pv-grid" }, listed(part.fields).map((field) => (
      h("div", { class: field.short === false ? "pv-wide" : "" }, h("div", { class: "pv-strong" }, text(field.title)), h("div", { class: "pv-text" }, marked(text(field.value), MRKDWN)))))) : null,
    listed(part.blocks).map(block),
    part.image_url ? picture("image", part.image_url) : null,
    part.footer ? h("div", { class: "pv-small" }, text(part.footer)) : null);
  const named = { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" }[part.color];
  bar.style.borderLeftColor = named ?? (/^#?[\da-f]{6}$/i.test(part.color) ? `#${part.color.replace("#", "")}` : "");
  return bar;
}
