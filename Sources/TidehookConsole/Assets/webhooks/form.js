// Making and changing a webhook: one form whose simple case is an address and types; everything else folds. Unfinished input is judged by a dry run, which sends and stores nothing.
import { ApiError, api, badge, button, confirmAction, formatJSON, go, h, link, liveRegion, plural, put, session, toast } from "../kit.js";
import { keepWhenLeft, returned, startOver } from "../kit/forms.js";
import { code } from "../kit/text.js";
import { accessPart } from "./access.js";
import { Errors, Problem, choicePart, checkPart, textPart } from "./parts.js";
import { pipelinePart } from "./pipeline.js";
import { DEFAULT, retryPart } from "./retry.js";
import { saveChange } from "./save.js";
import { showSecrets } from "./secret.js";
import { failurePart, flowPart, fold, signingPart } from "./settings.js";
import { patternsPart } from "./tokens.js";

const BLANK = { name: "", url: "", events: [], namespace: null, active: true, pipeline: [], signing: ["rem", "standard"], headers: {}, retry: DEFAULT, timeout_secs: 15, max_in_flight: 64, sample: null, rate_limit: null, ordering: "none", breaker: null, batch: null, handshake: null, auto_disable: null, auth: null, tls: null, proxy: null };
const checkURL = (text) => {
  if (/^(sqlite|postgres(ql)?):/i.test(text)) return null;
  if (!/^https?:\/\//i.test(text)) return "Expected an http or https URL, or that of a database.";
  try { const url = new URL(text); return url.username || url.password ? "A URL has no user name or password; use Access below." : url.hash ? "A URL has no #fragment." : null; } catch { return "This is no URL."; }
};
const checkName = (text) => [...text].length > 200 ? "At most 200 characters." : null;

/** The plugins by name. */
export const pluginsByName = (signal) => api.get("/v1/plugins", null, { signal }).then(({ data }) => new Map(data.map((one) => [one.name, one])));
/** Types of events that were seen, for suggestions. */
export const knownTypes = (signal) => api.get("/v1/events/types", null, { signal }).then(({ types }) => types.map((one) => one.event), () => []);

const same = (a, b) => formatJSON(a) === formatJSON(b);

class WebhookForm {
  constructor({ webhook, plugins, signal, start }) {
    Object.assign(this, { webhook, signal, errors: new Errors(), touched: new Set() });
    this.sections = this.#sections(webhook ?? { ...BLANK, ...start }, plugins);
    this.initial = this.sections.map(({ read }) => { try { return read(); } catch { return null; } });
  }

  #sections(of, plugins) {
    const { errors } = this, known = knownTypes(this.signal);
    const url = textPart(errors, "url", { label: "URL", hint: "Where deliveries go", value: of.url, placeholder: "https://your-app.example/webhooks", required: true, check: checkURL });
    const events = patternsPart(errors, "events", { label: "Events", hint: "Types; memory.* is everything below, * is everything. Enter adds one", values: of.events, known });
    const name = textPart(errors, "name", { label: "Name", hint: "What people call it. Empty: the URL's host", value: of.name, check: checkName });
    const own = session.key?.namespaces;
    const namespace = own ? choicePart(errors, "namespace", { label: "Namespace", value: of.namespace ?? own[0], options: own.map((one) => [one, one]) }) : textPart(errors, "namespace", { label: "Namespace", hint: "Only events of this namespace. Empty: of all", value: of.namespace, placeholder: "all", empty: null });
    const pipeline = pipelinePart(errors, of.pipeline, { plugins, webhook: this.webhook?.id, suggest: (rate) => this.#limit(rate) });
    const retry = retryPart(errors, of.retry), signing = signingPart(errors, of.signing), access = accessPart(errors, of), flow = flowPart(errors, of), failure = failurePart(errors, of);
    this.flow = flow;
    this.draft = { url, name, events, namespace, pipeline, headers: access.headers };
    const secret = this.webhook ? null : textPart(errors, "secret", { label: "Secret", hint: "Empty: Tidehook makes one and shows it once", secret: true });
    const paused = this.webhook ? null : checkPart(errors, "active", { label: "Begin paused", hint: "Events are held until it is resumed" });
    if (secret) signing.node.lastChild.prepend(secret.node);
    this.node = [h("section", { class: "panel stack" }, url.node, events.node, h("div", { class: "subfields" }, name.node, namespace.node), paused?.node),
      h("section", { class: "panel", "aria-labelledby": "pipeline-title" }, h("header", null, h("h2", { id: "pipeline-title" }, "Pipeline"), h("span", { class: "faint" }, "stages run in this order")), pipeline.node),
      h("section", { class: "panel folds" }, fold("Retries", retry.line, [retry.node]), signing.node, access.node, flow.node, failure.node)];
    const single = (key, part) => ({ read: () => ({ [key]: part.read() }) });
    return [{ read: () => ({ url: url.read() }) }, single("events", events), { read: () => ({ name: name.read() ?? null }) }, single("namespace", namespace), single("pipeline", pipeline), { read: () => ({ retry: retry.read() }) }, single("signing", signing), access, flow, failure,
      ...(secret ? [{ read: () => ({ ...(secret.read() ? { secret: secret.read() } : {}), ...(paused.read() ? { active: false } : {}) }) }] : [])];
  }

  /** Takes a plugin's "1/s" over as the rate limit. */
  #limit(rate) {
    const [, many, unit] = /^(\d+)\/(s|m|h)/.exec(rate) ?? [];
    if (!many) return;
    const [, limited] = [null, this.flow.node.querySelector(".switched input[type=checkbox]")];
    if (!limited.checked) limited.click();
    const [number, per] = limited.closest(".switched").querySelectorAll(".subfields input, .subfields select");
    number.value = many;
    per.value = { s: "1", m: "60", h: "3600" }[unit];
    this.flow.node.open = true;
    this.flow.node.update();
    toast(`Limited to ${rate}`);
  }

  /** What is to be sent: of a stored webhook what was changed. */
  body() {
    const now = this.sections.map(({ read }) => read()), all = Object.assign({}, ...now);
    if (!this.webhook) return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null && value !== undefined));
    const before = Object.assign({}, ...this.initial);
    return Object.fromEntries(Object.entries(all).filter(([key, value]) => !same(value, before[key])));
  }

  /** What can be judged of unfinished input; the form stays as it is. */
  unfinished() {
    const body = { last: 1 };
    if (this.webhook) body.webhook = this.webhook.id;
    for (const [key, part] of Object.entries(this.draft)) {
      try { const value = part.peek ? part.peek() : part.read(); if (value != null && value !== "") body[key] = value; } catch (error) { if (!(error instanceof Problem)) throw error; }
    }
    if (!this.webhook) body.pipeline ??= [];
    return body;
  }
}

// ---- judging while somebody types

const DECISION = { passed: "ok", dropped: "filtered", error: "dead" };
/** What went wrong, with the way through the code folded. */
function failure(error) {
  const [first, ...trace] = error.split("\n");
  return h("div", { class: "note bad" }, h("div", { class: "stack tight" }, h("p", { class: "break" }, first), trace.length > 0 && h("details", null, h("summary", null, "Traceback"), h("pre", { class: "wrap" }, trace.join("\n")))));
}
function preview(answer) {
  const [result] = answer.results;
  if (!result) return h("p", { class: "muted" }, "No stored event is one that it wants. Publish one, and it is shown here what would be sent.");
  const sent = result.request && (result.request.body_base64 != null ? h("p", { class: "muted" }, "A body that is no text.") : code(result.request.body, /^\s*[[{]/.test(result.request.body) ? "json" : null, { label: "What would be sent" }));
  const outcome = { delivered: badge("would be sent", "delivered"), filtered: badge("filtered", "filtered"), error: badge(result.failure ?? "fails", "dead") }[result.outcome];
  return h("div", { class: "stack tight" }, h("div", { class: "row" }, outcome, h("span", { class: "muted" }, "the newest ", result.event_id ? link(`/events/${encodeURIComponent(result.event_id)}`, result.event, { target: "_blank", class: "inline" }) : result.event)),
    result.outcome === "error" ? failure(result.error ?? result.failure ?? "It fails.") : result.reason ? h("p", { class: "note filter" }, h("span", null, result.reason)) : null,
    result.stages.length ? h("ol", { class: "stack tight" }, result.stages.map((stage, i) => h("li", { class: "row" }, h("span", { class: "stage-number" }, String(i + 1)), h("span", { class: "break" }, stage.plugin ?? "Script"), badge(stage.decision, DECISION[stage.decision]), stage.reason && h("span", { class: "muted break" }, stage.reason)))) : null, sent);
}

/** Runs the draft through a dry run when typing rests, and shows refusals at their fields. */
function judge(form, show, signal) {
  let timer = null, running = null, told = null;
  // The form's own messages, which may have taken the place of the gateway's, stay.
  const message = (place) => place.querySelector(":scope > .error")?.textContent;
  const untell = () => { if (told && message(told.place) === told.text) told.place.setError(null); told = null; };
  const run = async () => {
    running?.abort();
    const mine = running = new AbortController();
    const body = form.unfinished();
    try {
      const answer = await api.post("/v1/dry-runs", body, { signal: AbortSignal.any([signal, mine.signal]) });
      untell();
      show(preview(answer));
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof ApiError)) throw error;
      untell();
      if (error.status === 400 && form.errors.show(error.field, error.message)) { const place = form.errors.place(error.field); told = { place, text: message(place) }; }
      show(told ? h("p", { class: "muted" }, "It is shown when what is marked is mended.") : h("p", { class: "note warn" }, h("span", null, error.status === 403 ? "This key may not try pipelines." : error.message)));
    }
  };
  const later = () => { clearTimeout(timer); timer = setTimeout(run, 450); };
  signal.addEventListener("abort", () => clearTimeout(timer));
  run();
  return later;
}

/** What the address of a new webhook begins with: `?plugin=slack&event=order.paid&url=…`. */
const begun = ({ plugin, event, url }) => ({ ...(plugin ? { pipeline: [{ plugin, options: {} }] } : {}), ...(event ? { events: event.split(",") } : {}), ...(url ? { url } : {}) });

/** Runs the cases of the scripts that were changed here; asks when some fail. */
async function mayBeSaved(webhook, pipeline = [], signal) {
  const stored = new Set(webhook?.pipeline.map(({ script }) => script));
  const changed = pipeline.flatMap(({ script, cases }, index) => cases && !stored.has(script) ? [{ script, cases, subject: { webhook: { ...webhook, pipeline }, stage: String(index) } }] : []);
  if (!changed.length) return true;
  const { runCases } = await import("../studio/cases.js");
  let failures = 0;
  for (const { script, cases, subject } of changed) failures += await runCases(cases, subject, script, signal);
  if (!failures) return true;
  return confirmAction({ title: `Save although ${plural(failures, "case")} of the scripts that you changed ${failures === 1 ? "does" : "do"} not pass?`, action: "Save nevertheless", danger: true, body: "The studio shows what differs: open the script there." });
}

/** The page of a new webhook, or of the change of one. */
export async function edit({ params, query, signal, page }) {
  const id = params.id, at = id && `/v1/webhooks/${encodeURIComponent(id)}`;
  const [webhook, plugins] = await Promise.all([id ? api.get(at, null, { signal }) : null, pluginsByName(signal)]);
  const place = `/webhooks/${id} ${webhook?.revision}`, kept = returned(place), form = kept ?? new WebhookForm({ webhook, plugins, signal, start: begun(query) }), general = h("p", { class: "note bad", role: "alert", hidden: true });
  page.crumbs(["/webhooks", "Webhooks"], ...(webhook ? [[`/webhooks/${encodeURIComponent(id)}`, webhook.name]] : []));
  if (webhook) page.title(`Change ${webhook.name}`);
  const say = (text) => { general.textContent = text ?? ""; general.hidden = !text; };
  let changed = !!kept;
  signal.addEventListener("abort", () => form.draft.pipeline.left());
  keepWhenLeft(place, form, () => changed, signal);
  const restored = kept && startOver(() => { changed = false; page.refresh(); });
  const submit = async () => {
    say(null);
    form.errors.clear();
    try {
      const body = form.body();
      if (webhook && !Object.keys(body).length) { changed = false; toast("Nothing was changed"); return go(`/webhooks/${encodeURIComponent(id)}`); }
      if (!(await mayBeSaved(webhook, body.pipeline, signal))) return;
      const answer = webhook ? await saveChange(webhook, body, signal) : await api.post("/v1/webhooks", body);
      if (answer === null) return;
      changed = false;
      if (answer === "reload") { toast("Loaded as it is now"); return page.refresh(); }
      toast(webhook ? `Saved as revision ${answer.revision}` : "The webhook is there");
      go(`/webhooks/${encodeURIComponent(answer.id)}`);
      showSecrets(answer);
    } catch (error) {
      if (error instanceof Problem) { if (!form.errors.show(error.path, error.message, { focus: true })) say(error.message); liveRegion(error.message); return; }
      if (!(error instanceof ApiError)) throw error;
      if (!form.errors.show(error.field, error.message, { focus: true })) say(error.message);
      liveRegion(error.message);
    }
  };
  const save = button(webhook ? "Save" : "Create webhook", { kind: "primary", type: "submit" }), shown = h("div", { class: "stack tight" }, h("p", { class: "faint" }, "Trying…"));
  const element = h("form", { class: "webhook-form", novalidate: true, on: { submit: async (event) => { event.preventDefault(); save.disabled = true; try { await submit(); } finally { save.disabled = false; } } } },
    h("div", { class: "stack" }, restored, form.node, general, h("div", { class: "form-actions" }, save, link(webhook ? `/webhooks/${encodeURIComponent(id)}` : "/webhooks", "Cancel", { class: "button", on: { click: () => { changed = false; } } }))),
    h("aside", { class: "panel preview", "aria-label": "What would be sent" }, h("header", null, h("h2", null, "What would be sent")), shown));
  // It begins when the page is there: refusals are shown at fields that are part of it.
  requestAnimationFrame(() => {
    if (signal.aborted) return;
    const later = judge(form, (node) => put(shown, node), signal);
    for (const event of ["input", "change"]) element.addEventListener(event, () => { changed = true; later(); });
  });
  return element;
}
