// What a dry run shows: the outcome of one event with its body, log, request and costs, or a row for each of many.

import { badge, button, bytes, count, duration, facts, h, plural, put, uid } from "../kit.js";
import { code } from "../kit/text.js";
import { isSecret } from "../pages/lookup.js";
import { preview } from "./preview.js";

const OUTCOMES = { delivered: ["would be sent", "delivered"], filtered: ["filtered", "filtered"], error: ["error", "dead"] };

/** Draws results, and keeps what the reader has folded. */
export class Results {
  /** @param {{onLine: (line: number) => void}} options `onLine`: the reader wants to see a line of the script */
  constructor({ onLine }) {
    this.onLine = onLine;
    this.folds = new Map([["Request", false], ["Stages", false]]);
    this.note = h("div", { class: "st-refusal", role: "status" });
    this.content = h("div", { class: "st-results" });
    this.node = h("div", { class: "stack tight" }, this.note, this.content);
    this.chosen = null;
  }

  /** Says why there is no result; what was there stays, marked as old. */
  refuse(problem, action) {
    put(this.note, h("div", { class: "note bad" }, h("div", null, problem, action ? [" ", action] : null)));
    if (this.isRemark) put(this.content);
    this.content.classList.add("st-stale");
  }

  /** Shows nothing but a remark. */
  say(node) {
    put(this.note);
    put(this.content, node);
    this.content.classList.remove("st-stale");
    this.isRemark = true;
  }

  /** Shows an answer of POST /v1/dry-runs. @param {number} stage the one that is being edited */
  show(answer, { isMany, stage }) {
    put(this.note);
    this.content.classList.remove("st-stale");
    this.stage = stage;
    this.isRemark = false;
    if (!answer.results.length) return this.say(h("p", { class: "faint" }, "No stored event fits. Publish one, or write one here."));
    if (isMany) return this.#many(answer);
    return put(this.content, this.#one(answer.results[0]));
  }

  #many({ results, summary }) {
    const chosen = results.find(({ event_id: id }) => id === this.chosen) ?? results[0];
    const detail = h("div", { class: "st-detail-of" });
    const rows = results.map((result) => this.#row(result, () => choose(result)));
    const choose = (result) => {
      this.chosen = result.event_id;
      for (const [index, row] of rows.entries()) {
        row.classList.toggle("current", results[index] === result);
        row.querySelector("button").setAttribute("aria-pressed", String(results[index] === result));
      }
      put(detail, this.#one(result));
    };
    const table = h("table", { class: "st-table", "aria-label": "Result per event" },
      h("thead", null, h("tr", null, ["Event and result", "Outcome"].map((text) => h("th", { scope: "col" }, text)), ["Time", "Memory"].map((text) => h("th", { scope: "col", class: "number" }, text)))),
      h("tbody", null, rows));
    put(this.content, totals(summary), h("div", { class: "list st-many", tabindex: 0, role: "group", "aria-label": "Results" }, table), detail);
    choose(chosen);
  }

  #row(result, choose) {
    const cost = costs(result.stages);
    return h("tr", { on: { click: choose } },
      h("td", null, h("button", { type: "button", class: "st-row", "aria-pressed": "false", title: result.event_id }, result.event), h("div", { class: "st-said" }, said(result))),
      h("td", null, outcome(result)),
      h("td", { class: "number" }, duration(cost.time)), h("td", { class: "number" }, bytes(cost.memory)));
  }

  #one(result) {
    const cost = costs(result.stages);
    const failed = result.stages.find(({ decision }) => decision === "error");
    const shown = result.request && preview(result.request);
    return h("div", { class: "stack tight" },
      h("div", { class: "st-strip" }, outcome(result),
        [[duration(cost.time), "of CPU time"], [bytes(cost.memory), "of memory"], [count(cost.instructions), "instructions"], result.request?.body ? [bytes(size(result.request.body)), "sent"] : null].filter(Boolean)
          .map(([value, text]) => h("span", { class: "st-cost" }, h("b", null, value), ` ${text}`))),
      result.outcome === "filtered" ? h("div", { class: "note filter" }, h("div", null, `Dropped by ${stageName(result, result.stage)}: `, result.reason || "no reason given")) : null,
      result.outcome === "error" ? this.#failure(result, failed) : null,
      shown ? this.#part(`As ${shown.service} would show it`, shown.node, "Preview") : null,
      result.request ? this.#part("Body", bodyOf(result.request)) : null,
      ...logs(result.stages).map(([title, log]) => this.#part(title, code(log.trimEnd(), null, { label: "Log" }), "Log")),
      result.request ? this.#part("Request", requestOf(result.request)) : null,
      result.stages.length > 1 ? this.#part("Stages", stagesOf(result.stages, result.body_omitted)) : null);
  }

  #failure(result, failed) {
    const line = failed?.error?.line;
    const isOurs = line && result.stages.indexOf(failed) === this.stage;
    return h("div", { class: "note bad" }, h("div", null,
      h("div", { class: "st-message" }, failed?.error?.message ?? result.error ?? result.failure),
      isOurs ? button(`Show line ${line}`, { small: true, on: { click: () => this.onLine(line) } }) : null,
      failed?.error?.traceback ? h("details", null, h("summary", null, "Traceback"), h("pre", { class: "st-pre" }, failed.error.traceback)) : null));
  }

  #part(title, node, key = title) {
    const id = uid("part");
    const element = h("details", { class: "st-part", open: this.folds.get(key) ?? true, on: { toggle: () => this.folds.set(key, element.open) } },
      h("summary", { id }, title), node);
    return element;
  }
}

const size = (text) => new TextEncoder().encode(text).length;

/** What all stages of a run took: microseconds, bytes at most, instructions. */
export function costs(stages) {
  return {
    time: stages.reduce((sum, stage) => sum + stage.cpu_us, 0), memory: stages.reduce((most, stage) => Math.max(most, stage.memory_bytes), 0),
    instructions: stages.reduce((sum, stage) => sum + stage.instructions, 0),
  };
}

function outcome(result) {
  const [text, shape] = OUTCOMES[result.outcome] ?? [result.outcome, "neutral"];
  return badge(text, shape);
}

/** One line about a result. */
function said(result) {
  if (result.outcome === "filtered") return result.reason || "no reason given";
  if (result.outcome === "error") return result.error?.split("\n")[0] ?? result.failure;
  return result.request?.body?.slice(0, 200) ?? "not text";
}

function stageName(result, index) {
  const stage = result.stages[index];
  return stage?.plugin ? `the plugin ${stage.plugin}` : result.stages.length > 1 ? `stage ${index + 1}` : "the script";
}

function totals({ events, delivered, filtered, errors, reasons, stopped }) {
  const ends = { time: "It took too long to run the others.", size: "The answer was full before all events were run.", search: "Events of these types are rare: the search ended before it had found more." };
  const list = Object.entries(reasons ?? {});
  return h("div", { class: "stack tight" },
    h("div", { class: "st-strip" }, h("b", null, plural(events, "event")), badge(`${count(delivered)} would be sent`, "delivered"), badge(`${count(filtered)} filtered`, "filtered"), badge(`${count(errors)} failed`, errors ? "dead" : "neutral")),
    stopped ? h("p", { class: "note warn" }, ends[stopped] ?? stopped) : null,
    list.length > 1 ? h("details", null, h("summary", null, plural(list.length, "reason")), h("ul", { class: "st-reasons" }, list.map(([reason, times]) => h("li", null, h("b", null, count(times)), " ", reason)))) : null);
}

function bodyOf(request) {
  if (request.body === null || request.body === undefined) return h("p", { class: "faint" }, request.body_base64 ? "The body is not text." : "No body.");
  return code(request.body, isJSON(request.body) ? "json" : null, { label: "Body" });
}

function isJSON(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function requestOf(request) {
  return h("div", { class: "stack tight" }, h("p", { class: "mono break" }, `${request.method} ${request.url}`), facts(Object.entries(request.headers).map(([name, value]) => [name, isSecret(name) ? "••••••••" : value])),
    h("p", { class: "faint" }, "Signatures are added when it is sent."));
}

function logs(stages) {
  const speaking = stages.map((stage, index) => [stage, index]).filter(([stage]) => stage.log);
  return speaking.map(([stage, index]) => [stages.length > 1 ? `Log of stage ${index + 1}` : "Log", stage.log]);
}

function stagesOf(stages, isAbridged) {
  return h("ol", { class: "st-stages" }, stages.map((stage) => h("li", null,
    h("div", { class: "st-strip" }, h("b", null, stage.plugin ? `Plugin ${stage.plugin}` : "Script"), badge(stage.decision, { passed: "ok", dropped: "filtered", error: "dead" }[stage.decision]),
      h("span", { class: "st-cost" }, duration(stage.cpu_us)), h("span", { class: "st-cost" }, bytes(stage.memory_bytes))),
    isAbridged ? h("p", { class: "faint" }, "The stages' bodies are too long to be shown.")
      : stage.body === null || stage.body === undefined ? h("p", { class: "faint" }, "Made no body of its own.") : code(stage.body, "json", { label: "Body" }))));
}
