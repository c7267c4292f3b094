// The script editor: a textarea, which keeps the browser's own undo, input methods and reading aids, under a layer of coloured text.

import { h, liveRegion, put } from "../kit.js";
import { splitLine } from "./lua.js";
import { dedent, indent, newline, outdentClosing, toggleComment } from "./edits.js";

/** How many letters of a line are seen in the narrowest editor. */
const NEAR = 20;

/** A text area for Lua with line numbers, colours and marked lines. */
export class Editor {
  /**
   * @param {{label: string, describedBy?: string, onInput: (text: string) => void, onCaret?: () => void,
   *   intercept?: (event: KeyboardEvent) => boolean}} options `intercept` sees each key first and returns whether it took it
   */
  constructor({ label, describedBy, onInput, onCaret = () => {}, intercept = () => false }) {
    this.onInput = onInput;
    this.onCaret = onCaret;
    this.intercept = intercept;
    this.lines = [];
    this.problems = new Map();
    this.tabLeaves = false;
    this.area = h("textarea", {
      class: "st-area", "aria-label": label, "aria-describedby": describedBy ?? null, "aria-autocomplete": "list", spellcheck: "false",
      autocapitalize: "off", autocomplete: "off", wrap: "off",
      on: {
        input: (event) => this.#changed(event), keydown: (event) => this.#key(event), scroll: () => this.#follow(),
        select: () => this.onCaret(), keyup: () => this.onCaret(), click: () => this.onCaret(), blur: () => { this.tabLeaves = false; },
      },
    });
    this.layer = h("div", { class: "st-layer", "aria-hidden": "true" });
    this.numbers = h("div", { class: "st-numbers", "aria-hidden": "true" });
    this.node = h("div", { class: "st-editor" },
      h("div", { class: "st-gutter" }, this.numbers), h("div", { class: "st-text" }, h("div", { class: "st-clip" }, this.layer), this.area));
    this.#draw();
  }

  get value() { return this.area.value; }

  /** The offset of the caret. */
  get caret() { return this.area.selectionEnd; }

  /** Line and column of the caret, from 1. */
  get place() {
    const before = this.value.slice(0, this.caret).split("\n");
    return { line: before.length, column: before.at(-1).length + 1 };
  }

  /** Puts another text here that is no change of the one before: there is nothing to undo. */
  load(text) {
    this.area.value = text.replace(/\r\n?/g, "\n");
    this.area.setSelectionRange(0, 0);
    this.area.scrollTop = 0;
    this.#draw();
    this.#follow();
  }

  /** Puts another text here that can be undone. */
  overwrite(text) {
    this.apply({ from: 0, to: this.value.length, text, start: 0, end: 0 });
    this.area.scrollTop = 0;
  }

  /** Carries out an edit, in one step of the undo history. */
  apply({ from, to, text, start, end }) {
    this.area.focus();
    this.area.setSelectionRange(from, to);
    // The one way to change a text area that its undo history learns of.
    const isDone = document.execCommand(text ? "insertText" : "delete", false, text);
    if (!isDone) {
      this.area.setRangeText(text, from, to, "end");
      this.area.dispatchEvent(new InputEvent("input", { inputType: "insertReplacementText" }));
    }
    this.area.setSelectionRange(start, end);
    // A browser does not scroll back to where a script puts the caret.
    if (end - this.value.lastIndexOf("\n", end - 1) <= NEAR) this.area.scrollLeft = 0;
    this.onCaret();
  }

  /** Marks lines. @param {{line: number, message: string}[]} problems lines from 1 */
  mark(problems) {
    this.problems = new Map(problems.map((problem) => [problem.line, problem.message]));
    this.area.setAttribute("aria-invalid", problems.length ? "true" : "false");
    this.#markLines();
  }

  /** Puts the caret at the beginning of a line and shows it. */
  goTo(line) {
    const lines = this.value.split("\n");
    const index = Math.min(Math.max(line, 1), lines.length) - 1;
    const start = lines.slice(0, index).reduce((sum, text) => sum + text.length + 1, 0);
    const column = /^\s*/.exec(lines[index])[0].length;
    this.area.focus();
    this.area.setSelectionRange(start + column, start + lines[index].length);
    const height = this.layer.firstElementChild?.offsetHeight ?? 20;
    this.area.scrollTop = Math.max(0, index * height - this.area.clientHeight / 2);
    this.#follow();
    this.onCaret();
  }

  /** Where the character at an offset is drawn, from the editor's upper left corner in pixels. */
  placeOf(offset) {
    const before = this.value.slice(0, offset).split("\n");
    const line = this.layer.children[before.length - 1];
    const box = this.node.getBoundingClientRect();
    if (!line) return { left: 0, top: 0, height: 20 };
    const whole = line.getBoundingClientRect();
    return { left: whole.left + widthBefore(line, before.at(-1).length) - box.left, top: whole.top - box.top, height: whole.height };
  }

  #changed(event) {
    this.#draw();
    if (event.inputType === "insertText" && event.data?.length === 1) {
      const edit = outdentClosing(this.value, this.caret);
      if (edit) return this.apply(edit);
    }
    this.onInput(this.value, event);
  }

  #key(event) {
    if (event.isComposing || this.intercept(event)) return undefined;
    if (event.key === "Escape") {
      event.preventDefault();
      this.tabLeaves = true;
      return liveRegion("Tab leaves the editor now");
    }
    const edit = this.#editOf(event);
    if (event.key !== "Shift") this.tabLeaves = false;
    if (edit === undefined) return undefined;
    event.preventDefault();
    if (edit) this.apply(edit);
    return undefined;
  }

  /** What a key does: an edit, `null` for nothing at all, `undefined` for what the browser makes of it. */
  #editOf(event) {
    const { value, area: { selectionStart: start, selectionEnd: end } } = this;
    const isCommand = event.ctrlKey || event.metaKey;
    if (event.key === "Tab" && !isCommand && !event.altKey && !this.tabLeaves) return (event.shiftKey ? dedent : indent)(value, start, end);
    if (event.key === "Enter" && !isCommand && !event.shiftKey && !event.altKey) return newline(value, start, end);
    if (event.key === "/" && isCommand) return toggleComment(value, start, end);
    return undefined;
  }

  /** Draws what changed: lines that are as before at both ends stay. */
  #draw() {
    const texts = this.value.split("\n");
    const old = this.lines;
    let head = 0;
    while (head < old.length && head < texts.length && old[head].text === texts[head]) head += 1;
    let state = head > 0 ? old[head - 1].after : "";
    let tail = 0;
    const most = Math.min(old.length, texts.length) - head;
    while (tail < most && old.at(-1 - tail).text === texts.at(-1 - tail)) tail += 1;
    const fresh = [];
    for (let index = head; index < texts.length; index += 1) {
      const left = texts.length - index;
      if (left <= tail && old.at(-left).before === state) { tail = left; break; }
      if (left <= tail) tail = left - 1;
      const { pieces, state: after } = splitLine(texts[index], state);
      fresh.push({ text: texts[index], before: state, after, node: drawn(pieces) });
      state = after;
    }
    const kept = tail ? old.slice(-tail) : [];
    for (const line of old.slice(head, old.length - kept.length)) line.node.remove();
    const anchor = kept[0]?.node ?? null;
    for (const line of fresh) this.layer.insertBefore(line.node, anchor);
    this.lines = [...old.slice(0, head), ...fresh, ...kept];
    this.#number();
  }

  #number() {
    while (this.numbers.childElementCount > this.lines.length) this.numbers.lastElementChild.remove();
    while (this.numbers.childElementCount < this.lines.length) {
      this.numbers.append(h("div", null, String(this.numbers.childElementCount + 1)));
    }
    this.#markLines();
  }

  #markLines() {
    for (const [index, line] of this.lines.entries()) {
      const message = this.problems.get(index + 1);
      for (const node of [line.node, this.numbers.children[index]]) {
        if (!node || node.classList.contains("st-bad") === Boolean(message)) continue;
        node.classList.toggle("st-bad", Boolean(message));
      }
    }
  }

  #follow() {
    const { scrollLeft, scrollTop } = this.area;
    this.layer.style.transform = `translate(${-scrollLeft}px, ${-scrollTop}px)`;
    this.numbers.style.transform = `translateY(${-scrollTop}px)`;
  }
}

function drawn(pieces) {
  const node = h("div", { class: "st-line" });
  put(node, ...pieces.map(({ kind, text }) => (["space", "name", "operator"].includes(kind) ? text : h("span", { class: `st-${kind}` }, text))), "\n");
  return node;
}

/** How wide the first `count` characters of a drawn line are. */
function widthBefore(line, count) {
  const range = document.createRange();
  range.setStart(line, 0);
  let left = count;
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    if (left <= text.length) {
      range.setEnd(text, left);
      return count === 0 ? 0 : range.getBoundingClientRect().width;
    }
    left -= text.length;
  }
  return 0;
}
