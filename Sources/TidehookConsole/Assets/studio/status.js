// The line below the editor: what is wrong with the script, and where the caret is.

import { bytes, h, put } from "../kit.js";

/** The longest script that a webhook takes, in bytes. */
const MOST_SOURCE = 64 << 10;

/** The status of one editor. */
export class Status {
  constructor() {
    this.problem = h("div", { class: "st-problem", id: "st-problem", role: "status" });
    this.place = h("div", { class: "st-place" });
    this.node = h("div", { class: "st-status" }, this.problem, this.place);
  }

  /** Ties the line to its editor. */
  attach(editor) { this.editor = editor; }

  /** Says where the caret is, and how long a long script is. */
  placed() {
    const { line, column } = this.editor.place;
    const size = new TextEncoder().encode(this.editor.value).length;
    put(this.place, `Line ${line}, column ${column}`, size > MOST_SOURCE / 2 ? ` · ${bytes(size)} of ${bytes(MOST_SOURCE)}` : null);
  }

  /** Marks what is wrong. @param {null | {line: number, message: string}} problem line 0: nowhere in particular */
  mark(problem) {
    this.editor.mark(problem?.line ? [problem] : []);
    const said = problem ? sentence(problem) : this.editor.value.trim() ? "No error" : "";
    if (this.problem.textContent === said) return;
    const jump = () => this.editor.goTo(problem.line);
    put(this.problem, problem?.line ? h("button", { type: "button", class: "st-jump", on: { click: jump } }, said) : h("span", { class: problem ? null : "faint" }, said));
  }
}

/** A problem as a sentence, with its line. */
export const sentence = ({ line, message }) => (line ? `Line ${line}: ${message}` : message);
