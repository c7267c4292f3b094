// The script studio: a script, a sample and what comes of it, side by side, until it is saved into a webhook.

import { api, button, count, field, formatJSON, go, h, liveRegion, path, put, report, select, setQuery, styleSheet, time, toast } from "../kit.js";
import { tabs } from "../kit/forms.js";
import { namesakes } from "./lookup.js";
import { CaseList } from "../studio/case-list.js";
import { caseOf } from "../studio/cases.js";
import { complete } from "../studio/completion.js";
import { Draft, elsewhereNotes, lostNotes } from "../studio/draft.js";
import { Editor } from "../studio/editor.js";
import { library } from "../studio/lua-library.js";
import { reference } from "../studio/reference.js";
import { Results } from "../studio/result.js";
import { Sample } from "../studio/sample.js";
import { label, saveDialog, saveRevision, showSecret } from "../studio/save.js";
import { emptyShape, learn, shapeOfEvents } from "../studio/shapes.js";
import { startRow, templateDialog } from "../studio/start.js";
import { sentence, Status } from "../studio/status.js";
import { follow, keptOfGone } from "../studio/storage.js";
import { places, scriptProblem, subjectOf, tried } from "../studio/subject.js";
import { Suggestions } from "../studio/suggestions.js";
import { Trial } from "../studio/trial.js";

/** How long typing must rest before a script that does not compile is called wrong, in milliseconds. */
const PAUSE = 800;
const NEW = "";
/** At most so many webhooks are read. */
const MOST = 5000;
const DONE = { delivered: "is sent", filtered: "is filtered", error: "fails" };

class Studio {
  constructor({ query, signal, page }, webhooks, webhook) {
    Object.assign(this, { query, signal, page, webhooks });
    if (query.webhook && !webhook) toast(`There is no webhook ${query.webhook}: this script is for a new one.`, { bad: true });
    const { moved, held, lost } = webhook ? follow(webhook) : { moved: new Map(), held: [], lost: webhooks.length < MOST ? keptOfGone(webhooks) : [] };
    // Who comes back to a draft, and names no stage, comes to where its stage is now.
    const asked = subjectOf(webhook).stage, isMoved = !query.stage && moved.has(asked), stage = isMoved ? moved.get(asked) : query.stage;
    this.query = { ...query, stage };
    this.subject = subjectOf(webhook, stage);
    this.notes = [...elsewhereNotes(held.filter((place) => place !== this.subject.stage), moved, this.subject), ...lostNotes(lost, this.subject)];
    this.knowledge = { event: emptyShape(), original: emptyShape(), functions: new Map() };
    this.lastResult = null;
    this.#build();
    this.draft.open(isMoved ? asked : undefined);
    this.#actions();
    this.#casesChanged();
  }

  get script() { return this.editor.value; }
  get isChanged() { return this.script !== this.subject.stored || this.cases.isChanged; }

  /** Reads what suggestions and samples need; the page is usable before. */
  async begin() {
    library(this.signal).then((known) => {
      this.knowledge.functions = known.functions;
      put(this.reference, reference(known));
    }).catch(report);
    try {
      await this.sample.load();
      this.#know();
    } catch (error) {
      report(error);
    }
    this.try(0);
  }

  /** What suggestions know of events: those that the webhook wants, and the one that is chosen. */
  #know() {
    const { event, wantedEvents } = this.sample;
    this.knowledge.original = shapeOfEvents(event && !wantedEvents.includes(event) ? [...wantedEvents, event] : wantedEvents);
    this.knowledge.event = this.knowledge.original;
  }

  // ---- what the page is made of

  #build() {
    const { signal, subject } = this;
    this.suggestions = new Suggestions((offset, isAsked) => complete(this.script, offset, this.knowledge, isAsked));
    this.status = new Status();
    this.editor = new Editor({
      label: "Lua script", describedBy: "st-problem st-keys", onInput: (_, event) => this.#edited(event), onCaret: () => this.status.placed(), intercept: (event) => this.suggestions.key(event),
    });
    this.suggestions.attach(this.editor);
    this.status.attach(this.editor);
    this.draft = new Draft({ subject, editor: this.editor, signal });
    this.start = startRow((template) => this.#use(template));
    this.results = new Results({ onLine: (line) => this.editor.goTo(line) });
    this.sample = new Sample({ onChange: () => { this.#know(); this.try(); }, signal, webhook: subject.webhook, wanted: this.query.event });
    this.cases = new CaseList({
      subject, script: () => this.script, current: () => this.#asCase(), onOpen: (event) => { this.sample.write(event); this.tabs.select("result"); }, onChange: () => this.#casesChanged(), signal,
    });
    this.trial = new Trial({
      signal, onBusy: (isBusy) => this.node.setAttribute("aria-busy", String(isBusy)), onAnswer: (answer, question) => this.#answered(answer, question), onRefusal: (error, question) => this.#refused(error, question),
    });
    this.reference = h("div");
    this.#arrange();
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
  }

  #arrange() {
    this.tabs = tabs([
      { id: "result", label: "Result", render: () => this.results.node }, { id: "cases", label: "Cases", render: () => this.cases.node }, { id: "reference", label: "Reference", render: () => this.reference },
    ], { label: "Result, cases and reference" });
    this.node = h("div", { class: "st-studio" },
      h("section", { class: "st-left", "aria-label": "Script" }, this.#bar(), this.notes, this.draft.node, this.start, this.editor.node, this.status.node,
        h("p", { class: "st-keys", id: "st-keys" }, "Tab indents; Esc, then Tab leaves the editor. Ctrl+Space suggests, Ctrl+/ comments, Ctrl+S saves.")),
      h("div", { class: "st-right" }, h("section", { class: "panel", "aria-label": "Sample" }, this.sample.node), h("section", { class: "panel st-output", "aria-label": "Result" }, this.tabs)));
  }

  #bar() {
    const { webhook, stage } = this.subject, names = namesakes(this.webhooks);
    const chosen = select([[NEW, "A new webhook"], ...this.webhooks.map((each) => [each.id, label(each, names)])], { value: webhook?.id ?? NEW, on: { change: () => go(path("/studio", { webhook: chosen.value })) } });
    const where = select(places(webhook).map(({ value, text }) => [value, text]), { value: stage, on: { change: () => go(path("/studio", { webhook: webhook?.id, stage: where.value })) } });
    return h("div", { class: "st-bar" }, field({ label: "Webhook", input: chosen }), webhook ? field({ label: "Stage", input: where }) : null);
  }

  #actions() {
    const { webhook } = this.subject;
    this.page.title("Studio");
    this.page.actions(
      button("Templates", { on: { click: () => templateDialog((template) => this.#use(template)) } }), webhook ? button("Save into…", { on: { click: () => this.#saveInto() } }) : null,
      button(webhook ? "Save" : "Save…", { kind: "primary", on: { click: () => this.save() } }));
  }

  #drawState() {
    const { webhook } = this.subject;
    const isEmpty = !this.script.trim();
    this.page.sub(webhook ? ["Revision ", count(webhook.revision), ", saved ", time(webhook.updated_at), this.isChanged ? " · unsaved changes" : "", webhook.batch ? " · collects batches: each event is tried as a batch of its own" : ""]
      : isEmpty ? "Write a script, see what it makes of real events, save it into a webhook." : "Not saved yet");
    this.start.update(isEmpty);
    this.status.placed();
  }

  #casesChanged() {
    const tab = this.tabs?.querySelector('[data-id="cases"]');
    if (!tab) return;
    tab.textContent = this.cases.cases.length ? `Cases ${this.cases.cases.length}` : "Cases";
    this.#drawState();
  }

  // ---- writing

  #use(template) {
    const isReplaced = this.script.trim() !== "";
    this.editor.overwrite(template.script);
    if (isReplaced) toast("The template took the script's place; Ctrl+Z takes it back.");
  }

  #edited(event) {
    this.editedAt = performance.now();
    clearTimeout(this.refusalTimer);
    this.cases.expire();
    this.#drawState();
    this.draft.touch();
    if (event?.inputType === "insertText" && /[\w.:"']/.test(event.data ?? "")) this.suggestions.update();
    else if (event?.inputType === "deleteContentBackward" && this.suggestions.isOpen) this.suggestions.update();
    else this.suggestions.close();
    this.try();
  }

  #key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s" || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    this.save();
  }

  // ---- trying

  /** Tries the script on the sample, after a short rest. */
  try(rest) {
    clearTimeout(this.refusalTimer);
    this.lastResult = null;
    this.sample.refuse(null);
    if (!this.script.trim()) return this.#nothing();
    const { fields, raw, problem } = this.sample.question;
    if (problem) return this.#noSample(problem);
    const { body, index } = tried(this.subject, this.script);
    return this.trial.ask({ body: raw ? withEvent(body, raw) : { ...body, ...fields }, index, isMany: this.sample.kind === "last" }, rest);
  }

  #nothing() {
    this.trial.drop();
    this.status.mark(null);
    this.results.say(h("p", { class: "faint" }, "The result appears here as you type."));
  }

  #noSample(problem) {
    this.trial.drop();
    if (this.sample.kind === "own") this.sample.refuse(problem);
    this.results.refuse(problem);
  }

  #answered(answer, { index, isMany }) {
    clearTimeout(this.refusalTimer);
    this.results.show(answer, { isMany, stage: index });
    this.lastResult = isMany ? null : answer.results[0] ?? null;
    const failed = answer.results.map(({ stages }) => stages[index]).find((stage) => stage?.decision === "error");
    this.status.mark(failed ? { line: failed.error.line ?? 0, message: failed.error.message.replace(/^script:\d+:\s*/, "") } : null);
    this.#learnFrom(answer.results, index);
    if (this.lastResult) liveRegion([this.lastResult.outcome, this.lastResult.reason].filter(Boolean).join(": "));
    if (this.sample.kind === "stored") setQuery({ webhook: this.subject.webhook?.id, stage: this.query.stage, event: this.sample.event?.id });
  }

  /** A line that is being written is wrong most of the time: that is said only once the reader has paused. */
  #refused(error, question) {
    const wait = Math.max(0, PAUSE - (performance.now() - (this.editedAt ?? -PAUSE)));
    this.refusalTimer = setTimeout(() => { if (!this.signal.aborted) this.#showRefusal(error, question); }, wait);
  }

  #showRefusal(error, { index }) {
    const problem = scriptProblem(error, index);
    this.status.mark(problem);
    if (!problem && this.sample.kind === "own" && error.field?.startsWith("event")) this.sample.refuse(error.message);
    this.results.refuse(problem ? sentence(problem) : error.message, problem?.line ? button("Show it", { small: true, on: { click: () => this.editor.goTo(problem.line) } }) : null);
  }

  /** Behind other stages the script does not get what was published, but what they made of it. */
  #learnFrom(results, index) {
    const shape = emptyShape();
    for (const { stages } of results) {
      const body = stages.slice(0, index).map((stage) => stage.body).filter(Boolean).at(-1);
      try {
        if (body) learn(shape, JSON.parse(body));
      } catch { /* a text has no members */ }
    }
    this.knowledge.event = shape.count ? shape : this.knowledge.original;
  }

  #asCase() {
    if (!this.lastResult) return null;
    const event = this.sample.value;
    return event && caseOf({ name: `${event.event} ${DONE[this.lastResult.outcome]}`, event, result: this.lastResult, subject: this.subject });
  }

  // ---- saving

  /** Saves into the webhook that is open; asks where to when there is none. */
  async save() {
    if (!this.subject.webhook) return this.#saveInto();
    if (this.isSaving) return undefined;
    if (!this.isChanged) return toast("There is nothing to save: the script and its cases are as they were.");
    this.isSaving = true;
    const parts = this.#parts();
    try {
      const saved = await saveRevision(parts, this.subject.webhook, this.subject.stage);
      return saved ? await this.#saved(saved, parts) : this.#showCases();
    } catch (error) {
      const problem = scriptProblem(error, tried(this.subject, "").index);
      if (problem) this.status.mark(problem);
      return report(error);
    } finally {
      this.isSaving = false;
    }
  }

  async #saveInto() {
    if (!this.script.trim()) return toast("There is no script to save yet.", { bad: true });
    this.webhooks = await allWebhooks(this.signal);
    const parts = this.#parts(), saved = await saveDialog(parts);
    return saved ? this.#saved(saved, parts) : this.#showCases();
  }

  /** What is to be saved, as it is now. */
  #parts() {
    return { subject: this.subject, webhooks: this.webhooks, script: this.script, cases: this.cases, draft: this.draft, event: this.sample.kind === "stored" ? this.sample.event : null };
  }

  /** After a save that was not made: the reader wants to see which cases failed. */
  #showCases() {
    if ([...this.cases.verdicts.values()].some(({ isPassed }) => !isPassed)) this.tabs.select("cases");
  }

  async #saved({ webhook, stage, cases }, { subject: before }) {
    const isSame = before.webhook?.id === webhook.id && before.stage === stage;
    this.subject = subjectOf(webhook, stage);
    this.draft.settle(this.subject);
    this.cases.settle(this.subject, cases);
    const to = await showSecret({ webhook });
    if (this.signal.aborted) return;
    if (to) return go(to);
    toast(`Saved as revision ${webhook.revision} of ${label(webhook, namesakes(this.webhooks))}`);
    const own = path("/studio", { webhook: webhook.id, stage, event: this.sample.event?.id });
    // Who writes on at the same place is left where they are.
    if (!isSame) return go(own, { replace: true });
    this.try(0);
  }
}

/** A request whose event is written as it stands, so that every byte of it is kept. */
function withEvent(body, raw) {
  return `${formatJSON(body, 0).slice(0, -1)},"event":${raw}}`;
}

/** Every webhook, as lists have it: without the cases of its scripts. */
async function allWebhooks(signal) {
  const all = [];
  let cursor = null;
  do {
    const page = await api.get("/v1/webhooks", { limit: 500, cursor }, { signal });
    all.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor && all.length < MOST);
  return all;
}

async function render(context) {
  const { query: { webhook: id }, signal } = context;
  const opened = id && api.get(`/v1/webhooks/${encodeURIComponent(id)}`, null, { signal }).catch((error) => { if (error.status !== 404) throw error; });
  const [webhooks, webhook] = await Promise.all([allWebhooks(signal), opened, styleSheet("studio/studio.css")]);
  const studio = new Studio(context, webhooks, webhook ?? null);
  studio.begin();
  return studio.node;
}

export default [{ path: "/studio", title: "Studio", render }];
