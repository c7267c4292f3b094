// The list of a script's cases: keep the sample as one, run them, see what differs.

import { badge, button, copy, dialog, empty, field, h, liveRegion, plural, put, report, toast } from "../kit.js";
import { diff } from "../kit/text.js";
import { areSame, casesText, expected, merged, readCases, runCases, sampleOf, unheeded } from "./cases.js";
import { keep, kept } from "./storage.js";
import { casesName, scriptCount } from "./subject.js";

/** The cases of one subject. */
export class CaseList {
  /**
   * @param {{subject: object, script: () => string, current: () => object|null, onOpen: (event: object) => void, onChange: () => void, signal: AbortSignal}} options
   *   `current`: a case made of the sample that is shown, `null` when there is none
   */
  constructor(options) {
    Object.assign(this, options);
    this.#open();
    this.verdicts = new Map();
    this.list = h("ul", { class: "st-cases" });
    this.node = h("div", { class: "stack tight" },
      h("div", { class: "row" },
        button("Keep this sample as a case", { icon: "plus", small: true, on: { click: () => this.add() } }),
        this.runner = button("Run all", { icon: "play", small: true, on: { click: () => this.run() } }),
        button("Copy as cases.json", { icon: "copy", small: true, kind: "quiet", on: { click: () => copy(casesText(this.cases)) } }),
        button("Paste", { small: true, kind: "quiet", label: "Paste cases.json", on: { click: () => this.#paste() } })),
      this.state = h("div", { role: "status" }), this.list, h("p", { class: "faint" }, "Cases are saved with the script, in its webhook, for everybody; the studio runs them before it saves. They have the form of a plugin's cases.json."));
    this.#draw();
  }

  /** Whether they differ from what is saved. */
  get isChanged() { return !areSame(this.cases, this.base); }

  /** Takes in what others have saved since: `theirs` is what is saved now. */
  rebase(theirs) {
    if (areSame(this.base, theirs)) return;
    this.cases = merged(this.base, this.cases, structured(theirs));
    this.base = theirs;
    this.verdicts.clear();
    this.#save();
    this.#draw();
  }

  /** They were saved as they were `sent`, at what is the subject now: only what was done since is unsaved. */
  settle(subject, sent) {
    keep(casesName(this.subject), undefined);
    if (areSame(this.cases, sent)) this.cases = structured(subject.cases);
    Object.assign(this, { subject, base: subject.cases, isOlder: false });
    this.verdicts.clear();
    this.#save();
    this.#draw();
  }

  /** Forgets all verdicts: the script is another one now. */
  expire() {
    if (!this.verdicts.size) return;
    this.verdicts.clear();
    this.#draw();
  }

  /** Keeps the sample that is shown as a case. */
  add() {
    const fresh = this.current();
    if (!fresh) return toast("There is no result to keep: the script must have run on one event.", { bad: true });
    this.cases.push({ ...fresh, name: this.#free(fresh.name) });
    this.#save();
    this.verdicts.set(this.cases.at(-1), { isPassed: true, difference: null });
    this.#draw();
    return liveRegion(`Kept as case ${this.cases.length}`);
  }

  /** Runs all cases, as they are now; verdicts are shown as long as the script is the one that they are about. @returns {Promise<number>} how many fail */
  async run(subject = this.subject, script = this.script()) {
    this.verdicts.clear();
    this.#draw();
    const listed = [...this.cases], cases = structured(listed);
    try {
      const failures = await runCases(cases, subject, script, this.signal, (index, verdict) => {
        if (script !== this.script()) return;
        this.verdicts.set(listed[index], verdict);
        this.#draw();
      });
      liveRegion(failures ? `${failures} of ${plural(cases.length, "case")} fail` : `${plural(cases.length, "case")} pass`);
      return failures;
    } catch (error) {
      report(error);
      return cases.length;
    }
  }

  /** What was kept unsaved is a change of the cases that were saved then, and others may have saved since. */
  #open() {
    const { cases: saved, webhook } = this.subject, unsaved = kept(casesName(this.subject), null);
    this.base = saved;
    this.cases = structured(Array.isArray(unsaved?.cases) && Array.isArray(unsaved.base) ? merged(unsaved.base, unsaved.cases, saved) : saved);
    if (unsaved && !this.isChanged) keep(casesName(this.subject), undefined);
    this.isOlder = this.isChanged && unsaved.revision !== (webhook?.revision ?? null);
  }

  #discard() {
    this.cases = structured(this.base);
    this.isOlder = false;
    this.verdicts.clear();
    this.#save();
    this.#draw();
  }

  #free(name) {
    const names = new Set(this.cases.map((each) => each.name));
    let free = name;
    for (let count = 2; names.has(free); count += 1) free = `${name} (${count})`;
    return free;
  }

  #save() {
    const { base, cases, subject: { webhook, stored: saved } } = this;
    if (!keep(casesName(this.subject), this.isChanged ? { revision: webhook?.revision ?? null, saved, base, cases, stages: scriptCount(webhook) } : undefined)) toast("This browser has no room for the cases: save them before the page is left.", { bad: true });
    this.#drawState();
    this.onChange();
  }

  #drawState() {
    put(this.state, this.isChanged && this.subject.webhook ? h("div", { class: "row" }, h("span", { class: "muted" }, "Not saved yet: Save keeps them with the script.", this.isOlder ? " The webhook has changed since they were kept; what others did to its cases is among them." : ""), button("Discard the changes", { small: true, kind: "quiet", on: { click: () => this.#discard() } })) : null);
  }

  #draw() {
    this.runner.disabled = !this.cases.length;
    this.#drawState();
    this.onChange();
    put(this.list, this.cases.length ? this.cases.map((each) => this.#item(each))
      : h("li", null, empty("No cases yet", "Choose a sample, look at its result, and keep both: from then on the script must give the same result, or you are asked before it is saved.")));
  }

  #item(each) {
    const verdict = this.verdicts.get(each);
    const name = h("input", { type: "text", class: "st-name", value: each.name, "aria-label": "Name of the case", maxlength: 200, on: { change: () => { each.name = name.value.trim() || each.name; name.value = each.name; this.#save(); } } });
    return h("li", { class: "st-case" },
      h("div", { class: "st-case-head" }, verdict ? badge(verdict.isPassed ? "passes" : "fails", verdict.isPassed ? "ok" : "dead") : badge("not run", "neutral"), name,
        button("Open", { small: true, kind: "quiet", label: `Open the sample of ${each.name}`, on: { click: () => this.onOpen(sampleOf(each)) } }),
        button("", { icon: "trash", small: true, kind: "quiet", label: `Remove ${each.name}`, on: { click: () => this.#remove(each) } })),
      h("p", { class: "faint" }, summary(each)), unheeded(each).length ? h("p", { class: "faint" }, `Not heeded here: ${unheeded(each).join(", ")}.`) : null, verdict && !verdict.isPassed ? this.#failure(each, verdict) : null);
  }

  #failure(each, verdict) {
    if (verdict.problem) return h("div", { class: "note bad" }, h("div", null, verdict.problem));
    return h("div", { class: "stack tight" }, h("p", null, "Expected, and what came:"), diff(verdict.difference.expected, verdict.difference.actual),
      h("div", null, button("Expect what came", { small: true, on: { click: () => this.#accept(each) } })));
  }

  #accept(each) {
    const { result } = this.verdicts.get(each);
    each.expect = expected(result, this.subject);
    this.#save();
    this.verdicts.set(each, { isPassed: true, difference: null });
    this.#draw();
  }

  #remove(each) {
    const at = this.cases.indexOf(each);
    this.cases.splice(at, 1);
    this.#save();
    this.#draw();
    this.signal.addEventListener("abort", toast(`Removed ${each.name}`, { undo: () => { this.cases.splice(at, 0, each); this.#save(); this.#draw(); } }));
  }

  #paste() {
    const area = h("textarea", { rows: 12, class: "mono", spellcheck: "false" });
    const control = field({ label: "cases.json", input: area, hint: "The cases are added to those that are here." });
    const opened = dialog("Paste cases", control, { actions: [button("Add", { kind: "primary", on: { click: () => {
      try {
        this.cases.push(...readCases(area.value).map((each) => ({ ...each, name: this.#free(each.name) })));
        this.#save();
        this.#draw();
        opened.close();
      } catch (error) {
        control.setError(error.message);
      }
    } } })] });
  }
}

/** A copy that can be changed; its parts are values of the API, of which only names and expectations are replaced. */
export const structured = (cases) => cases.map((each) => ({ ...each }));

function summary(each) {
  const { expect } = each;
  const wanted = "drop" in expect ? `expected to be filtered${expect.drop === true ? "" : `, ${expect.drop}`}` : "error" in expect ? `expected to fail, ${expect.error}` : expect.untouched ? "expected to be sent as it is" : "expected to be sent as kept";
  return `${sampleOf(each).event}: ${wanted}`;
}
