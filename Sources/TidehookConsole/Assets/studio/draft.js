// The unsaved script of a subject: kept in this browser while one types, offered again when one comes back.

import { button, dialog, h, put, time } from "../kit.js";
import { diff } from "../kit/text.js";
import { keep, kept } from "./storage.js";
import { draftName } from "./subject.js";

/** How long typing must rest before the script is kept, in milliseconds. */
const REST = 500;

/** The draft of one subject. */
export class Draft {
  /** @param {{subject: object, editor: object, signal: AbortSignal}} options */
  constructor({ subject, editor, signal }) {
    Object.assign(this, { subject, editor });
    this.node = h("div");
    signal.addEventListener("abort", () => this.keepNow());
  }

  /** Puts the draft into the editor, or what is saved when there is none. */
  open() {
    const { stored } = this.subject;
    const draft = kept(draftName(this.subject), null);
    const isDraft = typeof draft?.script === "string" && draft.script !== stored;
    this.editor.load(isDraft ? draft.script : stored);
    if (isDraft) this.#offer(draft.at);
  }

  /** Keeps the script once typing rests. */
  touch() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keepNow(), REST);
  }

  /** Keeps the script if it differs from what is saved. */
  keepNow() {
    if (this.isOver) return;
    clearTimeout(this.timer);
    const script = this.editor.value;
    const isWorth = script !== this.subject.stored && script.trim() !== "";
    keep(draftName(this.subject), isWorth ? { script, at: new Date().toISOString() } : undefined);
  }

  /** Forgets the draft: it has been saved. */
  end() {
    this.isOver = true;
    clearTimeout(this.timer);
    keep(draftName(this.subject), undefined);
  }

  #offer(at) {
    const { stored } = this.subject;
    put(this.node, h("div", { class: "note st-draft" }, h("div", { class: "row" }, h("span", null, "Unsaved, from ", time(at), "."),
      stored ? button("What differs", { small: true, on: { click: () => this.#compare() } }) : null, button("Discard", { small: true, on: { click: () => this.#discard() } }))));
  }

  #compare() {
    dialog("What differs from what is saved", diff(this.subject.stored, this.editor.value), { wide: true });
  }

  #discard() {
    this.editor.overwrite(this.subject.stored);
    this.keepNow();
    put(this.node);
  }
}
