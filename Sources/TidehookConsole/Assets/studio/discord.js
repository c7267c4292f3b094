// A Discord message as Discord would show it: content and embeds.

import { h } from "../kit.js";
import { anchor, DISCORD, inline, marked } from "./marks.js";
import { frame, listed, picture, text, unshown } from "./frame.js";

/** Whether a body looks like one for Discord. */
export function isDiscord(body) {
  return Array.isArray(body.embeds) || (typeof body.content === "string" && body["@type"] === undefined && body.type === undefined);
}

/** The message. */
export function discordMessage(body) {
  return frame({ service: "Discord", className: "pv-discord", sender: text(body.username) || "Your webhook", badge: "APP" }, [
    body.content ? h("div", { class: "pv-text" }, marked(text(body.content), DISCORD)) : null,
    ...listed(body.embeds).slice(0, 10).map(embed),
    listed(body.components).length ? unshown("components") : null,
  ]);
}

function embed(part) {
  const node = h("div", { class: "pv-embed" },
    part.author?.name ? h("div", { class: "pv-small pv-strong" }, part.author.url ? anchor(text(part.author.url), text(part.author.name)) : text(part.author.name)) : null,
    part.title ? h("div", { class: "pv-title" }, part.url ? anchor(text(part.url), inline(text(part.title), DISCORD)) : inline(text(part.title), DISCORD)) : null,
    part.description ? h("div", { class: "pv-text" }, marked(text(part.description), DISCORD)) : null,
    listed(part.fields).length ? h("div", { class: "pv-fields" }, listed(part.fields).slice(0, 25).map(field)) : null,
    part.image?.url ? picture("image", part.image.url) : null,
    part.thumbnail?.url ? picture("thumbnail", part.thumbnail.url) : null,
    footer(part));
  const colour = Number(part.color);
  if (Number.isInteger(colour) && colour >= 0 && colour <= 0xffffff) node.style.borderLeftColor = `#${colour.toString(16).padStart(6, "0")}`;
  return node;
}

function field(part) {
  return h("div", { class: part.inline === true ? "pv-field" : "pv-field pv-wide" },
    h("div", { class: "pv-strong" }, inline(text(part.name), DISCORD)), h("div", { class: "pv-text" }, marked(text(part.value), DISCORD)));
}

function footer(part) {
  const date = part.timestamp ? new Date(text(part.timestamp)) : null;
  const when = date && !Number.isNaN(date.getTime()) ? date.toLocaleString(undefined, { dateStyle: "short", timeStyle: "short" }) : null;
  const said = [text(part.footer?.text), when].filter(Boolean).join(" • ");
  return said ? h("div", { class: "pv-small" }, said) : null;
}
