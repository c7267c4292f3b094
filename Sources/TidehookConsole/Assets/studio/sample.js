// Which events a script is tried on: a stored one, the last ones, or one that is written here.

import { api, button, field, formatJSON, h, isLongNumber, parseJSON, put, select, time, uid } from "../kit.js";
import { jsonTree } from "../kit/text.js";
import { wants } from "./subject.js";
import { SAMPLE } from "./templates.js";

const RECENT = 50;
/** At most so many patterns of a webhook are looked for. */
const PATTERNS = 8;
/** At most so many pages are read until one has an event that is wanted. */
const PAGES = 4;

/** The choice of a sample. `events` are the recent ones, newest first. */
export class Sample {
  /** @param {{onChange: () => void, signal: AbortSignal, webhook: object|null, wanted?: string}} options `wanted`: the id of the event to begin with */
  constructor({ onChange, signal, webhook, wanted }) {
    Object.assign(this, { onChange, signal, webhook, wanted });
    this.events = [];
    this.kind = "stored";
    this.event = null;
    this.#build();
  }

  /** Reads the recent events; without any the sample is written by hand. */
  async load() {
    this.events = await this.#recent();
    const chosen = this.wanted ? await this.#find(this.wanted) : this.events.find(({ id }) => id === this.event?.id);
    this.wanted = null;
    this.event = chosen ?? this.events.find((event) => wants(this.webhook, event)) ?? this.events[0] ?? null;
    if (!this.event && this.kind !== "own") this.#use("own", false);
    this.#list();
    this.#show();
  }

  /** The newest events, and the newest of each pattern that the webhook wants, which may be much older. */
  async #recent() {
    const patterns = this.webhook && !this.webhook.events.includes("*") ? this.webhook.events.slice(0, PATTERNS) : [];
    const narrower = patterns.length || !this.webhook?.namespace ? patterns : [undefined];
    const lists = await Promise.all([this.#newest({ limit: RECENT }, !narrower.length), ...narrower.map((event) => this.#newest({ event, namespace: this.webhook.namespace, limit: Math.ceil(RECENT / narrower.length) }, true))]);
    return [...new Map(lists.flat().map((event) => [event.id, event])).values()].sort((a, b) => (a.accepted_at < b.accepted_at ? 1 : -1));
  }

  async #newest(query, untilWanted) {
    const found = [];
    let cursor = null;
    for (let page = 0; page < PAGES; page++) {
      const answer = await api.get("/v1/events", { ...query, cursor }, { signal: this.signal });
      found.push(...answer.data.filter((event) => event.data && !event.erased_at));
      cursor = answer.next_cursor;
      if (!cursor || !untilWanted || found.some((event) => wants(this.webhook, event))) break;
    }
    return found;
  }

  /** The recent events that the webhook wants, or all when it wants none of them. */
  get wantedEvents() {
    const wanted = this.events.filter((event) => wants(this.webhook, event));
    return wanted.length ? wanted : this.events;
  }

  /** What POST /v1/dry-runs takes as the sample, or why there is none. @returns {{fields?: object, raw?: string, problem?: string}} */
  get question() {
    if (this.kind === "last") return { fields: this.#lastFields() };
    if (this.kind === "stored") return this.event ? { fields: { event_id: this.event.id } } : { problem: "There is no event to try the script on." };
    try {
      const value = parseJSON(this.text.value);
      if (value === null || typeof value !== "object" || Array.isArray(value) || isLongNumber(value)) return { problem: "The event is not a JSON object." };
      return { raw: this.text.value };
    } catch (error) {
      return { problem: `The event is not JSON: ${error.message}` };
    }
  }

  /** The event that is chosen or written, as a value; `null` when there is none. */
  get value() {
    if (this.kind === "stored") return this.event;
    if (this.kind === "last") return null;
    try {
      return parseJSON(this.text.value);
    } catch {
      return null;
    }
  }

  /** Shows why the event that is written here cannot be used. */
  refuse(message) { this.textField.setError(message); }

  /** Takes an event as one that is written here. */
  write(event) {
    this.text.value = formatJSON(event);
    this.#use("own");
  }

  #lastFields() {
    const events = this.types.value.split(/[,\s]+/).filter(Boolean);
    return { last: Math.min(100, Math.max(1, Math.round(Number(this.count.value)) || 20)), ...(events.length ? { events } : {}) };
  }

  #build() {
    const changed = () => this.onChange();
    this.kinds = h("div", { class: "segments", role: "group", "aria-label": "Sample" }, [["stored", "Stored event"], ["last", "Last events"], ["own", "Written here"]].map(([kind, text]) => (
      h("button", { type: "button", dataset: { kind }, "aria-pressed": kind === "stored" ? "true" : "false", on: { click: () => this.#use(kind) } }, text))));
    this.chooser = select([], { "aria-label": "Event", class: "st-events", on: { change: () => this.#choose(this.chooser.value) } });
    this.other = h("input", { type: "text", class: "mono", "aria-label": "Id of an event", placeholder: "Event id, evt_…", spellcheck: "false", hidden: true, on: { change: () => this.#chooseOther() } });
    this.trouble = h("p", { class: "error", role: "alert", hidden: true });
    this.count = h("input", { type: "number", min: 1, max: 100, value: "20", on: { input: changed } });
    this.types = h("input", { type: "text", placeholder: this.webhook ? "those that the webhook wants" : "all of them", spellcheck: "false", on: { input: changed } });
    this.text = h("textarea", { class: "mono st-own", rows: 9, spellcheck: "false", value: SAMPLE, on: { input: changed } });
    this.textField = field({ label: "Event", input: this.text, hint: "event and data, as POST /v1/events takes them" });
    this.tree = h("div", { class: "st-tree", id: uid("tree") });
    this.parts = {
      stored: h("div", { class: "stack tight" },
        h("div", { class: "st-pick" }, this.chooser,
          button("", { icon: "up", label: "Newer event", small: true, on: { click: () => this.#step(-1) } }),
          button("", { icon: "down", label: "Older event", small: true, on: { click: () => this.#step(1) } }),
          button("", { icon: "refresh", label: "Read the recent events again", small: true, on: { click: () => this.load() } })),
        this.other, this.trouble, h("details", { class: "st-event" }, h("summary", null, "The event"), this.tree)),
      last: h("div", { class: "st-last" }, field({ label: "How many", input: this.count }), field({ label: "Types", optional: true, input: this.types })),
      own: this.textField,
    };
    this.body = h("div", null, this.parts.stored);
    this.node = h("div", { class: "stack tight" }, this.kinds, this.body);
  }

  #use(kind, isTold = true) {
    this.kind = kind;
    for (const each of this.kinds.children) each.setAttribute("aria-pressed", each.dataset.kind === kind ? "true" : "false");
    put(this.body, this.parts[kind]);
    if (isTold) this.onChange();
  }

  #list() {
    const known = this.event && !this.events.some(({ id }) => id === this.event.id) ? [this.event] : [];
    const option = ({ id, event, accepted_at: at }) => h("option", { value: id }, `${event} · ${at ? time(at).textContent : ""} · ${id}`);
    const all = [...known, ...this.events];
    const fitting = all.filter((event) => wants(this.webhook, event));
    const others = all.filter((event) => !fitting.includes(event));
    put(this.chooser, fitting.map(option), others.length ? h("optgroup", { label: this.webhook ? "Not for this webhook" : "Operational events" }, others.map(option)) : null, h("option", { value: "" }, "Another one, by its id…"));
    this.chooser.value = this.event?.id ?? "";
    this.other.hidden = Boolean(this.event) || !this.events.length;
  }

  #show() {
    if (!this.event) return put(this.tree, h("p", { class: "faint" }, "No event is chosen."));
    const { id, event, timestamp, data } = this.event;
    return put(this.tree, jsonTree({ id, event, timestamp, data }, { root: "event", label: "Event" }));
  }

  #choose(id) {
    this.event = this.events.find((event) => event.id === id) ?? (this.event?.id === id ? this.event : null);
    this.other.hidden = Boolean(this.event);
    if (!this.event) return this.other.focus();
    this.#show();
    return this.onChange();
  }

  async #chooseOther() {
    const event = await this.#find(this.other.value.trim());
    if (!event) return;
    this.event = event;
    this.#list();
    this.#show();
    this.onChange();
  }

  async #find(id) {
    this.trouble.hidden = true;
    if (!id) return null;
    try {
      const event = await api.get(`/v1/events/${encodeURIComponent(id)}`, null, { signal: this.signal });
      if (event.data && !event.erased_at) return event;
      throw new Error(`The content of the event ${id} was erased.`);
    } catch (error) {
      if (error.name === "AbortError") throw error;
      this.trouble.textContent = error.message;
      this.trouble.hidden = false;
      return null;
    }
  }

  #step(by) {
    const ids = [...this.chooser.options].map(({ value }) => value).filter(Boolean);
    const next = ids[Math.min(Math.max(ids.indexOf(this.event?.id) + by, 0), ids.length - 1)];
    if (!next || next === this.event?.id) return;
    this.chooser.value = next;
    this.#choose(next);
  }
}
