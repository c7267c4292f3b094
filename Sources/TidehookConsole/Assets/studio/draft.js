// The unsaved script of a subject: kept in this browser while one types, with the script that it began from; offered again when one comes back.

import { button, confirmAction, copy, dialog, h, link, path, put, time } from "../kit.js";
import { code, diff } from "../kit/text.js";
import { casesText } from "./cases.js";
import { keep, kept } from "./storage.js";
import { draftName, places, scriptCount } from "./subject.js";

/** How long typing must rest before the script is kept, in milliseconds. */
const REST = 500;

/** The draft of one subject. */
export class Draft {
  /** @param {{subject: object, editor: object, signal: AbortSignal}} options */
  constructor({ subject, editor, signal }) {
    Object.assign(this, { subject, editor });
    this.#beginAnew();
    this.node = h("div");
    signal.addEventListener("abort", () => this.#keepChanged());
    window.addEventListener("pagehide", () => this.#keepChanged(), { signal });
  }

  /** Whether the saved script is another one than that which the draft began from. */
  get isStale() { return this.saved !== this.subject.stored; }

  /** Puts the draft into the editor, or what is saved when there is none. @param {string|undefined} before the number that its stage had when it was kept, if that is another one now */
  open(before) {
    const { stored } = this.subject;
    const draft = kept(draftName(this.subject), null);
    const isDraft = typeof draft?.script === "string" && draft.script !== stored;
    this.editor.load(isDraft ? draft.script : stored);
    this.known = this.editor.value;
    if (!isDraft) return;
    if (typeof draft.saved === "string") Object.assign(this, { saved: draft.saved, revision: draft.revision });
    this.#offer(draft.at, before);
  }

  /** Keeps the script once typing rests. */
  touch() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#keepChanged(), REST);
  }

  /** Keeps the script if it was changed here: what another tab has kept or thrown away meanwhile is not this one's to undo. */
  #keepChanged() {
    if (this.editor.value !== this.known) this.keepNow();
  }

  /** Keeps the script if it differs from what is saved. */
  keepNow() {
    clearTimeout(this.timer);
    const script = this.known = this.editor.value, { saved, revision } = this;
    const isWorth = script !== this.subject.stored && script.trim() !== "";
    keep(draftName(this.subject), isWorth ? { script, at: new Date().toISOString(), saved, revision, stages: scriptCount(this.subject.webhook) } : undefined);
  }

  /** The script was saved as it was sent, at what is the subject now: only what was typed since is a draft. */
  settle(subject) {
    keep(draftName(this.subject), undefined);
    this.subject = subject;
    this.#beginAnew();
    this.keepNow();
    put(this.node);
  }

  /** Asks before a draft takes the place of a script that it did not begin from, unless that was chosen already. */
  async mayReplace(script) {
    if (!this.isStale) return true;
    const body = h("div", { class: "stack tight" }, h("p", null, this.#since(), " What you save takes the place of what is there now:"), diff(this.subject.stored, script));
    if (!(await confirmAction({ title: "The saved script has changed meanwhile", action: "Save mine", body }))) return false;
    this.#keepMine();
    return true;
  }

  /** From now on the draft is a change of what is saved now. */
  #beginAnew() {
    Object.assign(this, { saved: this.subject.stored, revision: this.subject.webhook?.revision ?? null });
  }

  #since() {
    const { webhook } = this.subject;
    return `This draft was begun at revision ${this.revision}. The webhook is at revision ${webhook?.revision} now, and its script was changed, too.`;
  }

  #offer(at, before) {
    const { stored, stage } = this.subject, small = (text, click) => button(text, { small: true, on: { click } });
    const moved = before === undefined ? null : ` What was stage ${Number(before) + 1} is stage ${Number(stage) + 1} now.`;
    put(this.node, this.isStale
      ? h("div", { class: "note warn st-draft" }, h("div", { class: "stack tight" }, h("p", null, "Unsaved, from ", time(at), ". ", this.#since(), moved), h("div", { class: "row" },
        small("What changed since", () => this.#compare("What was changed since the draft was begun", this.saved, stored)), small("What differs", () => this.#compare("What the draft makes of what is saved", stored, this.editor.value)),
        small("Keep my draft", () => this.#keepMine()), small("Take what is saved", () => this.#discard()))))
      : h("div", { class: "note st-draft" }, h("div", { class: "row" }, h("span", null, "Unsaved, from ", time(at), ".", moved),
        stored ? small("What differs", () => this.#compare("What differs from what is saved", stored, this.editor.value)) : null, small("Discard", () => this.#discard()))));
  }

  #compare(title, before, after) {
    dialog(title, diff(before, after), { wide: true });
  }

  #keepMine() {
    this.#beginAnew();
    this.keepNow();
    this.#offer(new Date());
  }

  #discard() {
    this.#beginAnew();
    this.editor.overwrite(this.subject.stored);
    this.keepNow();
    put(this.node);
  }
}

/** What stands above the editor for scripts and cases whose stage or webhook is gone, until they are removed. @param {{name: string, kind: string, webhook: string, value: object}[]} lost */
export function lostNotes(lost, { webhook } = {}) {
  return lost.map(({ name, kind, webhook: id, value }) => {
    const isScript = kind === "draft", text = isScript ? value?.script ?? "" : casesText(value?.cases ?? []);
    const [what, shown] = isScript ? ["A script was not saved, and its", code(text, "lua", { label: "Unsaved script", lines: true })] : ["Cases were not saved, and their", code(text, "json", { label: "Unsaved cases" })];
    const where = id === webhook?.id ? "stage is gone from this webhook." : `webhook is gone, or out of this key's reach: ${id}.`;
    const show = () => dialog("Unsaved, of what is gone", shown, { wide: true });
    const note = h("div", { class: "note warn st-draft" }, h("div", { class: "row" }, h("span", null, `${what} ${where}`), button("Show it", { small: true, on: { click: show } }), button("Copy it", { small: true, icon: "copy", on: { click: () => copy(text) } }), button("Remove it", { small: true, on: { click: () => { keep(name, undefined); note.remove(); } } })));
    return note;
  });
}

/** What stands above the editor for what is unsaved at other places of the webhook that is open. @param {string[]} stages @param {Map<string, string>} moved the number of each now by the one that it had */
export function elsewhereNotes(stages, moved, { webhook }) {
  const before = new Map([...moved].map(([then, now]) => [now, then]));
  return stages.map((stage) => h("div", { class: "note st-draft" }, h("div", { class: "row" },
    h("span", null, `Something is not saved yet at another place: ${places(webhook).find(({ value }) => value === stage).text}.${/^\d+$/.test(before.get(stage)) ? ` It was stage ${Number(before.get(stage)) + 1}.` : ""}`),
    link(path("/studio", { webhook: webhook.id, stage }), "Open it", { class: "button small" }))));
}
