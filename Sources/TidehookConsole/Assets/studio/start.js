// Ways to begin: templates beside the empty editor, and all of them in a dialog.

import { button, dialog, h, put } from "../kit.js";
import { TEMPLATES } from "./templates.js";

/** How many templates stand beside an empty editor. */
const OFFERED = 3;

/** The row above an empty editor. It has `update(isEmpty)`. @param {(template: object) => void} begin */
export function startRow(begin) {
  const node = h("div", { class: "st-start" });
  let shown = null;
  node.update = (isEmpty) => {
    if (shown === isEmpty) return;
    shown = isEmpty;
    put(node, isEmpty ? [h("span", { class: "faint" }, "Begin with"), TEMPLATES.slice(0, OFFERED).map((template) => button(template.name, { small: true, title: template.about, on: { click: () => begin(template) } }))] : null);
  };
  return node;
}

/** Lets the reader choose a template. */
export function templateDialog(begin) {
  const use = (template) => button("Use", { small: true, label: `Use ${template.name}`, on: { click: () => { opened.close(); begin(template); } } });
  const opened = dialog("Templates", h("ul", { class: "st-templates" }, TEMPLATES.map((template) => h("li", null, h("div", null, h("b", null, template.name), h("p", { class: "muted" }, template.about)), use(template)))));
}
