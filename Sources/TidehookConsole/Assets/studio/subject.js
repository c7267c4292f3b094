// What is being edited: the script of one stage of a webhook, stored or still to be made. A value; nothing here touches the page.

/** What an unsaved script is kept under. */
export const draftName = ({ webhook, stage }) => `draft:${webhook?.id ?? "new"}:${stage}`;
/** What unsaved cases are kept under. */
export const casesName = ({ webhook, stage }) => `cases:${webhook?.id ?? "new"}:${stage}`;

/** The stages that hold a script, and the places where one could be added. @returns {{value: string, text: string}[]} */
export function places(webhook) {
  const stages = webhook?.pipeline ?? [];
  const scripts = stages.flatMap((stage, index) => ("script" in stage && typeof stage.script === "string" ? [{ value: String(index), text: `Stage ${index + 1}: script` }] : []));
  const names = stages.map((stage) => stage.plugin ?? "script").join(", ");
  if (!stages.length) return [{ value: "last", text: "The only stage" }];
  return [...scripts, { value: "first", text: `New stage before ${names}` }, { value: "last", text: `New stage after ${names}` }];
}

/** How many stages of a webhook hold a script. */
export const scriptCount = (webhook) => (webhook?.pipeline ?? []).filter(({ script }) => script !== undefined).length;

/** The subject for a place of a webhook. @param {string|undefined} place one of `places`; the first of them when it is none */
export function subjectOf(webhook, place) {
  const list = places(webhook);
  const stage = list.find(({ value }) => value === place)?.value ?? list.find(({ value }) => /^\d+$/.test(value))?.value ?? "last";
  const { script: stored = "", cases = [] } = /^\d+$/.test(stage) ? webhook.pipeline[Number(stage)] : {};
  return { webhook: webhook ?? null, stage, stored, cases };
}

/** Where the script of a place of `before` is in the same webhook `now`: at the same place, or at the only one that has it. `null` when it was changed or is gone. */
export function movedTo(before, now, place) {
  if (!/^\d+$/.test(place)) return place;
  const script = before.pipeline[Number(place)].script, at = now.pipeline.flatMap((stage, index) => stage.script === script ? [String(index)] : []);
  return at.includes(place) ? place : at.length === 1 ? at[0] : null;
}

/**
 * Where the stages of a pipeline are now of which something is kept: each is the one whose script is the one that was saved then; one whose script was changed stays at its number, as long as there are as many scripts as then.
 * @param {[string, string|undefined, number|undefined][]} kept the number of each then, the script that was saved there, and how many there were
 * @returns {Map<string, string|null>} the number now by the number then; `null` for a stage that is gone
 */
export function placesNow(pipeline, kept) {
  const scripts = pipeline.map(({ script }) => script), taken = new Set(), now = new Map();
  const take = (stage, at) => { taken.add(at); now.set(stage, at); };
  const left = () => kept.filter(([stage]) => !now.has(stage));
  for (const [stage, saved] of left()) if (scripts[stage] !== undefined && scripts[stage] === saved) take(stage, stage);
  for (const [stage, saved] of left()) {
    const at = scripts.findIndex((script, index) => script !== undefined && script === saved && !taken.has(String(index)));
    if (at >= 0) take(stage, String(at));
  }
  const many = scripts.filter((script) => script !== undefined).length;
  for (const [stage, , then] of left()) if (then === many && scripts[stage] !== undefined && !taken.has(stage)) take(stage, stage); else now.set(stage, null);
  return now;
}

/** Whether a webhook gets events like this one; a new one gets all but the gateway's own. */
export function wants(webhook, { event, namespace }) {
  if (!webhook) return namespace !== "tidehook";
  const isNear = webhook.namespace ? namespace === webhook.namespace : namespace !== "tidehook";
  return isNear && webhook.events.some((pattern) => pattern === "*" || pattern === event || (pattern.endsWith(".*") && event.startsWith(pattern.slice(0, -1))));
}

/** The whole pipeline with a script and its cases at the subject's place, and which stage that is. */
export function pipelineWith({ webhook, stage }, script, cases = []) {
  const stages = [...(webhook?.pipeline ?? [])], made = { script, ...(cases.length ? { cases } : {}) };
  if (stage === "first") return { pipeline: [made, ...stages], index: 0 };
  if (stage === "last") return { pipeline: [...stages, made], index: stages.length };
  stages[Number(stage)] = made;
  return { pipeline: stages, index: Number(stage) };
}

/** What POST /v1/dry-runs needs of the subject. */
export function tried(subject, script) {
  const { pipeline: stages, index } = pipelineWith(subject, script), pipeline = stages.map(({ cases: _, ...stage }) => stage);
  return { body: subject.webhook ? { webhook: subject.webhook.id, pipeline } : { pipeline }, index };
}

/** Where the mistake is that a refusal or a failed stage tells of: `{line, message}`; line 0 when it has none, `null` when it is not in this stage. */
export function scriptProblem(error, index) {
  if (error.code !== "invalid_script" && error.code !== undefined) return null;
  const at = /^pipeline\[(\d+)\]/.exec(error.field ?? "");
  if (at && Number(at[1]) !== index) return null;
  const text = String(error.message).replace(/^(?:pipeline\[\d+\]\.)?script:\s*/, "");
  const [, line, message] = /^script:(\d+):\s*([^]*)$/.exec(text) ?? [null, "0", text.replace(/^script:\s*/, "")];
  return { line: Number(line), message };
}
