// The list of suggestions at the caret, with what is known of the chosen one beside it.

import { h, liveRegion, put } from "../kit.js";
import { typesOf } from "./shapes.js";

const MARKS = { path: "•", function: "ƒ", value: "=", library: "▤", keyword: "k", name: "x", snippet: "¶" };

/** The list; it belongs to one editor and sees its keys first. */
export class Suggestions {
  /** @param {(offset: number, isAsked: boolean) => null | {from: number, items: object[]}} find */
  constructor(find) {
    this.find = find;
    this.items = [];
    this.list = h("ul", { class: "st-options", role: "listbox", id: "st-options", "aria-label": "Suggestions" });
    this.doc = h("div", { class: "st-doc", role: "note", "aria-label": "About the suggestion" });
    this.node = h("div", { class: "st-suggestions", hidden: true }, this.list, this.doc);
  }

  /** Ties the list to its editor. */
  attach(editor) {
    this.editor = editor;
    editor.node.append(this.node);
    editor.area.setAttribute("aria-controls", "st-options");
    editor.area.addEventListener("blur", () => this.close());
    editor.area.addEventListener("scroll", () => { if (this.isOpen) this.#place(); });
    new ResizeObserver(() => { if (this.isOpen) this.#place(); }).observe(editor.node);
    this.node.addEventListener("mousedown", (event) => event.preventDefault());
  }

  get isOpen() { return !this.node.hidden; }

  /** Looks for suggestions at the caret and shows them, or hides the list. */
  update(isAsked = false) {
    const { area, caret } = this.editor;
    const found = area.selectionStart === caret ? this.find(caret, isAsked) : null;
    if (!found) {
      if (isAsked) liveRegion("No suggestions here");
      return this.close();
    }
    this.from = found.from;
    this.items = found.items;
    put(this.list, ...found.items.map((item, index) => this.#option(item, index)));
    this.node.hidden = false;
    this.#place();
    this.choose(0);
    return undefined;
  }

  close() {
    if (!this.isOpen) return;
    this.node.hidden = true;
    this.items = [];
    this.editor.area.removeAttribute("aria-activedescendant");
  }

  /** Whether it took the key. */
  key(event) {
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      this.update(true);
      return true;
    }
    if (!this.isOpen) return false;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (event.key === "Escape") this.close();
    else if (step) this.choose(step > 1 || step < -1 ? clamp(this.chosen + step, this.items.length) : (this.chosen + step + this.items.length) % this.items.length);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey && !event.ctrlKey) this.take(this.chosen);
    else {
      if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) this.close();
      return false;
    }
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  choose(index) {
    this.list.children[this.chosen]?.setAttribute("aria-selected", "false");
    this.chosen = index;
    const option = this.list.children[index];
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.editor.area.setAttribute("aria-activedescendant", option.id);
    const { doc } = this.items[index];
    this.doc.hidden = !doc;
    put(this.doc, ...(doc ? explained(doc) : []));
  }

  take(index) {
    const item = this.items[index];
    const from = item.from ?? this.from;
    const to = this.editor.caret;
    this.close();
    const place = from + (item.caret ?? item.insert.length);
    this.editor.apply({ from, to, text: item.insert, start: place, end: place });
    this.close();
  }

  #option(item, index) {
    return h("li", {
      class: "st-option", role: "option", id: `st-option-${index}`, "aria-selected": "false", dataset: { kind: item.kind },
      on: { click: () => this.take(index), mousemove: () => { if (this.chosen !== index) this.choose(index); } },
    }, h("span", { class: "st-mark", "aria-hidden": "true" }, MARKS[item.kind] ?? ""), h("span", { class: "st-label" }, item.label),
    h("span", { class: "st-detail" }, item.detail));
  }

  #place() {
    const { left, top, height } = this.editor.placeOf(this.from);
    const box = this.editor.node.getBoundingClientRect();
    this.node.style.left = "0px";
    const width = this.node.offsetWidth;
    const most = document.documentElement.clientWidth - box.left - width - 8;
    this.node.style.left = `${Math.max(Math.min(left, most), 8 - box.left)}px`;
    const isLow = box.top + top + height + 240 > window.innerHeight && box.top + top > 260;
    this.node.style.top = isLow ? "auto" : `${top + height}px`;
    this.node.style.bottom = isLow ? `${box.height - top}px` : "auto";
  }
}

const clamp = (value, count) => Math.min(Math.max(value, 0), count - 1);

/** A text with `code` in it, as nodes. */
export function prose(text) {
  return String(text ?? "").split("`").map((part, index) => (index % 2 ? h("code", null, part) : part));
}

/** What is known of a suggestion or a function, as nodes. */
export function explained({ title, summary, shape, of, code, entry }) {
  if (entry) return explainedFunction(entry);
  const nodes = [h("div", { class: "st-doc-title" }, title)];
  if (summary) nodes.push(h("p", null, ...prose(summary)));
  if (code) nodes.push(h("pre", null, code));
  if (!shape) return nodes;
  nodes.push(h("p", null, `${typesOf(shape)}, in ${shape.count} of ${of} seen`));
  if (shape.examples.length) nodes.push(h("ul", { class: "st-examples" }, shape.examples.map((text) => h("li", null, short(text)))));
  return nodes;
}

const short = (text) => (text.length > 80 ? `${text.slice(0, 79)}…` : text);

function explainedFunction({ signature, summary, parameters = [], returns, examples = [] }) {
  return [
    h("div", { class: "st-doc-title" }, signature), h("p", null, ...prose(summary)),
    parameters.length ? h("dl", null, parameters.map(({ name, type, about }) => [h("dt", null, h("code", null, name), ` ${type}`), h("dd", null, ...prose(about))])) : null,
    returns ? h("p", null, h("strong", null, "Returns "), returns.type, ": ", ...prose(returns.about)) : null,
    examples.length ? h("pre", null, examples.map(({ code, result, log }) => `${code}\n--> ${result ?? `log: ${String(log).trimEnd()}`}`).join("\n")) : null,
  ].filter(Boolean);
}
