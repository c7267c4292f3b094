// Why an attempt ended as it did: the error with the line of the script that it names, or the pipeline that filtered the event.
import { api, formatJSON, h, link } from "../kit.js";
import { code } from "../kit/text.js";

// `script:3: message`, `pipeline[1].script:3: message`, `slack/plugin.lua:3: message`.
const PLACE = /^(?:(script)|pipeline\[(\d+)\]\.script|([\w./-]+\.lua)):(\d+):/m;

/** Where a script's error happened: `{stage, file, line}`; `stage` is null where only one script runs. Nothing when the text names no place. */
export function placeOf(error) {
  const [, alone, stage, file, line] = PLACE.exec(error ?? "") ?? [];
  return line ? { stage: stage === undefined ? null : Number(stage), file: alone || stage !== undefined ? null : file, line: Number(line) } : null;
}

const revisionOf = (delivery, attempt) => api.get(`/v1/webhooks/${encodeURIComponent(delivery.webhook_id)}/revisions/${attempt.revision}`).then((answer) => answer.configuration);

/** The source that a place is in; null where the key may not see it or it is gone. */
async function sourceOf(place, delivery, attempt) {
  if (place.file) {
    const plugin = attempt.plugins.find(({ name }) => place.file.startsWith(`${name}/`)) ?? attempt.plugins[0];
    const { files } = await api.get(`/v1/plugins/${encodeURIComponent(plugin.name)}/revisions/${plugin.revision}`);
    return { text: files[place.file], name: place.file };
  }
  const { pipeline } = await revisionOf(delivery, attempt);
  const at = place.stage ?? pipeline.findIndex((stage) => stage.script != null);
  return { text: pipeline[at]?.script, name: pipeline.length === 1 ? "script" : `stage ${at + 1}` };
}

/** A few lines around one, numbered, with that one marked. */
function excerpt(text, line, name) {
  const lines = text.split("\n"), from = Math.max(0, line - 6), to = Math.min(lines.length, line + 5);
  const block = code(lines.slice(from, to).join("\n"), "lua", { label: `Source of ${name}`, mark: line - from });
  for (const element of block.querySelectorAll(".line")) element.dataset.n = Number(element.dataset.n) + from;
  return block;
}

const studio = (delivery) => link(`/studio?webhook=${encodeURIComponent(delivery.webhook_id)}&event=${encodeURIComponent(delivery.event_id)}`, "Open in the studio with this event", { class: "button small" });

async function scriptError(delivery, attempt) {
  const place = placeOf(attempt.error), [message, ...trace] = attempt.error.split("\n");
  const source = await sourceOf(place, delivery, attempt).catch(() => null);
  return [h("p", { class: "note bad" }, h("span", { class: "mono" }, message)),
    source?.text ? h("div", { class: "stack tight" }, h("p", { class: "muted" }, `Line ${place.line} of ${source.name}, as it was in revision ${attempt.revision}`), excerpt(source.text, place.line, source.name)) : null,
    trace.length ? h("details", null, h("summary", null, "Traceback"), code(trace.join("\n"), null, { label: "Traceback" })) : null, h("div", { class: "row" }, studio(delivery))];
}

/** Which stage dropped the event, in words: with a link to its plugin, or the line of its script. */
function culprit({ stage, name, plugin, revision, line }) {
  const number = `Stage ${stage + 1}, `;
  if (plugin) return [number, link(`/plugins/${encodeURIComponent(plugin)}`, plugin, { class: "inline" }), ` revision ${revision},`];
  return [number, name.includes("script") ? "a script," : name, line && ` line ${line},`];
}

async function filtered(delivery, attempt) {
  const configuration = await revisionOf(delivery, attempt).catch(() => null), { dropped_by: by, reason: why } = attempt;
  const stages = configuration?.pipeline.map((stage, i) => {
    const isIt = by ? by.stage === i : configuration.pipeline.length === 1, mark = isIt ? by?.line ?? undefined : undefined;
    return h("li", null, h("details", { open: isIt }, h("summary", null, `Stage ${i + 1}: ${stage.script != null ? "script" : stage.plugin}`, by && isIt && [" ", h("span", { class: "tag" }, "dropped it")]),
      stage.script != null ? code(stage.script, "lua", { label: `Script of stage ${i + 1}`, lines: true, mark }) : code(formatJSON(stage.options ?? {}), "json", { label: `Options of stage ${i + 1}` })));
  });
  const prefix = `${by?.name}: `, reason = by && why?.startsWith(prefix) ? why.slice(prefix.length) : why;
  return [h("p", { class: "note filter" }, h("span", null, by ? culprit(by) : "The pipeline", " did not want this event: ", h("strong", null, reason || "it gave no reason"))),
    stages?.length ? h("div", { class: "stack tight" }, h("p", { class: "muted" }, `The pipeline of revision ${attempt.revision}, which ran`), h("ol", { class: "stack tight" }, stages)) : null, h("div", { class: "row" }, studio(delivery))];
}

/** Nodes that say why the attempt ended as it did; none when it was delivered. */
export async function explain(delivery, attempt) {
  if (["script", "response"].includes(attempt.failure) && placeOf(attempt.error)) return scriptError(delivery, attempt);
  if (attempt.failure) return [h("p", { class: "note bad" }, h("span", null, h("strong", null, attempt.failure), ": ", attempt.error ?? ""))];
  return attempt.reason == null ? [] : filtered(delivery, attempt);
}
