// What the previews of all message services share.

import { h } from "../kit.js";

/** At most so many blocks, fields or embeds are drawn. */
const MOST = 60;

/** A value as text; objects and what is absent are none. */
export function text(value) {
  return typeof value === "string" ? value : typeof value === "number" || typeof value === "bigint" || typeof value === "boolean" ? String(value) : "";
}

/** The objects (or texts) of an array that came from a script, whatever it is. */
export function listed(value) {
  return Array.isArray(value) ? value.filter((item) => item !== null && (typeof item === "object" || typeof item === "string")).slice(0, MOST) : [];
}

/** A message with its sender, as in a channel. */
export function frame({ service, className, sender, badge, note }, children) {
  return h("figure", { class: `pv ${className}`, "aria-label": `As ${service} would show it` },
    h("div", { class: "pv-avatar", "aria-hidden": "true" }, sender.trim().slice(0, 1).toUpperCase() || "?"),
    h("div", { class: "pv-message" },
      h("div", { class: "pv-who" }, h("span", { class: "pv-sender" }, sender), h("span", { class: "pv-badge" }, badge), h("span", { class: "pv-when" }, "now")),
      children, note ? h("div", { class: "pv-note" }, note) : null));
}

/** A picture's place: the console asks no other host for anything, so it stays a description. */
export function picture(alt, url, isSmall = false) {
  const said = text(alt) || "image";
  return h("span", { class: isSmall ? "pv-picture pv-icon" : "pv-picture", title: text(url), role: "img", "aria-label": said }, isSmall ? "▨" : `▨ ${said}`);
}

/** What a preview has no picture for. */
export function unshown(what) {
  return h("div", { class: "pv-unshown" }, `(${what}: not drawn here)`);
}
