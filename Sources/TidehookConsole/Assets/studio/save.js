// Saving a script: into a new webhook, or as the next revision of one that exists; after its cases, or knowingly without.

import { api, ApiError, button, confirmAction, copy, dialog, field, h, plural, put, select, toast } from "../kit.js";
import { form } from "../kit/forms.js";
import { diff } from "../kit/text.js";
import { nameIn, namesakes } from "../pages/lookup.js";
import { keptIt } from "../pages/once.js";
import { structured } from "./case-list.js";
import { movedTo, pipelineWith, places, subjectOf } from "./subject.js";

/**
 * Asks where to save, and saves.
 * @param {{subject: object, webhooks: object[], script: string, cases: object, draft: object, event: object|null}} parts the script as it was when somebody asked to save it
 * @returns {Promise<null|{webhook: object, stage: string, cases: object[]}>} what was saved, `null` when it was not
 */
export async function saveDialog(parts) {
  const { subject, webhooks } = parts, open = await asItIs(subject);
  const body = h("div", { class: "stack tight" }), names = namesakes(webhooks);
  const target = select([["", "A new webhook"], ...webhooks.map((webhook) => [webhook.id, label(webhook, names)])], { value: subject.webhook?.id ?? "" });
  const opened = dialog("Save the script", h("div", { class: "stack" }, field({ label: "Into", input: target }), body));
  const draw = () => put(body, target.value ? existing(parts, target.value === subject.webhook?.id ? open : webhooks.find(({ id }) => id === target.value), opened) : fresh(parts, opened));
  target.addEventListener("change", draw);
  draw();
  return opened.closed.then((saved) => saved ?? null);
}

/** The webhook that is open; as it is now, where the stage of its script is gone. */
async function asItIs({ webhook, stage }) {
  const now = webhook && await api.get(`/v1/webhooks/${webhook.id}`).catch(() => webhook);
  return webhook && movedTo(webhook, now, stage) === null && now.pipeline[Number(stage)]?.script === undefined ? now : webhook;
}

/** What a webhook is called in a list with these names. */
export const label = (webhook, names) => `${nameIn(names, webhook)}${webhook.namespace ? ` · ${webhook.namespace}` : ""}`;

function existing(parts, webhook, opened) {
  const isSame = parts.subject.webhook?.id === webhook.id, list = places(webhook), own = list.find(({ value }) => value === parts.subject.stage)?.value ?? "last";
  const where = select(list.map(({ value, text }) => [value, text]), { value: isSame ? own : subjectOf(webhook).stage });
  const gone = h("p", { role: "status" });
  const draw = () => put(gone, isOwn(parts.subject, webhook, where.value) ? null : replaced(webhook, where.value));
  where.addEventListener("change", draw);
  draw();
  return form({
    submit: `Save as revision ${webhook.revision + 1}`, cancel: () => opened.close(),
    fields: [{ node: field({ label: "As", input: where }) }, { node: gone }, { node: h("p", { class: "faint" }, "Deliveries use it from their next attempt on. Revisions can be compared and taken back on the webhook's page.") }],
    onSubmit: async () => {
      const saved = await saveRevision(parts, webhook, where.value);
      if (saved) opened.close(saved);
    },
  });
}

/** What goes when another script takes a place: the script that is there, and what it had to do. */
function replaced(webhook, place) {
  const { script, cases, case_count: number = cases?.length } = webhook.pipeline[Number(place)] ?? {};
  if (script === undefined) return null;
  return number ? `It takes the place of the script that is there, whose ${plural(number, "case")} ${number === 1 ? "goes" : "go"} with it.` : "It takes the place of the script that is there.";
}

/** Saves the script as the next revision, with its cases: those of its own place with what others made of them meanwhile. @returns {Promise<null|{webhook: object, stage: string, cases: object[]}>} */
export async function saveRevision(parts, webhook, place, isSame = isOwn(parts.subject, webhook, place)) {
  const now = await api.get(`/v1/webhooks/${webhook.id}`);
  const there = movedTo(webhook, now, place);
  if (there === null && now.pipeline[Number(place)]?.script === undefined) {
    toast(`The webhook has changed meanwhile: the stage of this script is gone. "Save into…" puts it elsewhere.`, { bad: true });
    return null;
  }
  if (isSame && !(await parts.draft.mayReplace(parts.script))) return null;
  if (now.revision !== webhook.revision && !(await mayTakePlace(parts, webhook, now, place, there))) return null;
  const subject = subjectOf(now, there ?? place);
  if (isSame) parts.cases.rebase(subject.cases);
  // What is saved is what was run, whatever somebody types meanwhile.
  const cases = structured(parts.cases.cases);
  if (!(await mayBeSaved(parts, subject))) return null;
  const { pipeline, index } = pipelineWith(subject, parts.script, cases);
  try {
    return { webhook: await api.patch(`/v1/webhooks/${webhook.id}`, { pipeline }, { headers: { "If-Match": `"${now.revision}"` } }), stage: String(index), cases };
  } catch (error) {
    // It was changed while the cases ran.
    if (error.status === 412) return saveRevision(parts, now, there ?? place, isSame);
    throw error;
  }
}

/** Whether a place of a webhook is the one that was opened. */
const isOwn = (subject, webhook, place) => subject.webhook?.id === webhook.id && subject.stage === place;

/** Asks before saving into a webhook that somebody changed, and shows what of theirs would be replaced. */
function mayTakePlace(parts, before, now, place, there) {
  const since = `It is at revision ${now.revision}; this script was opened at revision ${before.revision}.`;
  const body = there === null ? h("div", { class: "stack tight" }, h("p", null, `${since} Its script was changed, too. What you save takes the place of what is there now:`), diff(now.pipeline[Number(place)].script, parts.script))
    : there !== place ? `${since} What was stage ${Number(place) + 1} is stage ${Number(there) + 1} now. Your script takes its place, and everything else stays.`
      : `${since} ${/^\d+$/.test(place) ? "The script of this stage was not changed. Yours takes its place, and everything else stays." : "Your script becomes a stage of what is there now."}`;
  return confirmAction({ title: "The webhook has changed meanwhile", action: "Save mine", body });
}

function fresh(parts, opened) {
  const type = parts.event?.event;
  const built = form({
    submit: "Create the webhook", cancel: () => opened.close(),
    fields: [
      { name: "url", label: "URL", type: "url", required: true, placeholder: "https://hooks.slack.com/services/…", hint: "Where its requests go.", validate: urlProblem, autofocus: true },
      { name: "events", label: "Events", type: "list", required: true, value: [type ?? "*"], hint: "Types, or patterns such as memory.* and *, with commas between them." },
      { name: "name", label: "Name", optional: true },
      { name: "namespace", label: "Namespace", optional: true, hint: "Only events of this namespace; without it those of every namespace." },
    ],
    onSubmit: async ({ url, events, name, namespace }) => {
      const subject = { webhook: null, stage: "last", stored: "" }, cases = structured(parts.cases.cases);
      if (!(await mayBeSaved(parts, subject)) || !opened.element.open) return;
      const { pipeline } = pipelineWith(subject, parts.script, cases);
      try {
        const webhook = await api.post("/v1/webhooks", { url, events, pipeline, ...(name ? { name } : {}), ...(namespace ? { namespace } : {}) });
        // Who left meanwhile is shown the secret all the same.
        if (opened.element.open) opened.close({ webhook, stage: "0", cases }); else showSecret({ webhook });
      } catch (error) {
        throw error instanceof ApiError && error.field?.startsWith("pipeline") ? new Error(error.message) : error;
      }
    },
  });
  return built;
}

function urlProblem(text) {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(text)) return "Expected a whole URL, such as https://example.com/hook.";
  return null;
}

/** Runs the cases; asks when there are none, or some fail. */
async function mayBeSaved({ cases, script }, subject) {
  if (!cases.cases.length) {
    return confirmAction({ title: "Save without a case?", action: "Save without", body: "Nothing says what this script must do. Cancel, and keep a sample as a case, so that a later change cannot break it unnoticed." });
  }
  const failures = await cases.run(subject, script);
  if (cases.signal.aborted) return false;
  if (!failures) return true;
  return confirmAction({ title: `Save although ${plural(failures, "case")} of ${cases.cases.length} ${failures === 1 ? "fails" : "fail"}?`, action: "Save nevertheless", danger: true, body: "The tab Cases shows what differs." });
}

/** Shows the secret of a new webhook, which no later answer has. @returns {Promise<string|undefined>} the page that somebody wants to go to then */
export async function showSecret({ webhook }) {
  if (!webhook.secret) return undefined;
  const value = h("code", { class: "st-secret" }, webhook.secret);
  const opened = dialog("The webhook is saved", h("div", { class: "stack tight" },
    h("p", null, "Its requests are signed with this secret. It is shown now and never again: give it to the receiver."),
    h("div", { class: "row" }, value, button("Copy", { icon: "copy", small: true, on: { click: () => copy(webhook.secret) } })),
  ), { ask: keptIt, actions: [button("Open the webhook", { on: { click: () => opened.leave(`/webhooks/${webhook.id}`) } }), button("Done", { kind: "primary", on: { click: () => opened.close() } })] });
  return opened.closed;
}
