// Cases of a script: a sample and what must come of it, in the form of a plugin's cases.json. Values; nothing here touches the page.

import { formatJSON, isLongNumber, parseJSON } from "../kit.js";
import { patiently } from "./trial.js";
import { tried } from "./subject.js";

const MEMBERS = ["name", "event", "ctx", "expect"];
/** What an event has that does not say it, as in a plugin's cases.json. */
const USUAL = { id: "evt_0000000000000000000000001", event: "memory.created", timestamp: "2026-01-01T00:00:00.000Z", data: {} };
const PLACEHOLDER = "https://webhook.invalid/";

/** A case that expects what a dry run has just shown. @param {{name: string, event: object, result: object, subject: object}} parts */
export function caseOf({ name, event, result, subject }) {
  const { id, event: type, timestamp, namespace, data } = event;
  const kept = { name, event: { ...(id ? { id } : {}), event: type, ...(timestamp ? { timestamp } : {}), data }, expect: expected(result, subject) };
  return namespace && namespace !== "default" ? { ...kept, ctx: { namespace } } : kept;
}

/** The event that a case is tried on: with what it leaves out, and in its namespace. */
export const sampleOf = ({ event, ctx }) => ({ ...USUAL, ...event, ...(ctx?.namespace ? { namespace: ctx.namespace } : {}) });

/** What a case says of `ctx` that a dry run cannot be given: the time, for one. */
export const unheeded = ({ ctx }) => Object.keys(ctx ?? {}).filter((member) => member !== "namespace").map((member) => `ctx.${member}`);

/** What a result is, as `expect` of a case says it. */
export function expected(result, subject) {
  if (result.outcome === "filtered") return { drop: result.reason || true };
  if (result.outcome === "error") return { error: message(result) };
  const { request } = result;
  const said = isUntouched(result) ? { untouched: true } : { body: bodyValue(request.body) };
  if (request.method !== "POST") said.method = request.method;
  if (request.url !== (subject.webhook?.url ?? PLACEHOLDER)) said.url = request.url;
  const type = contentType(request);
  if (type && type !== "application/json") said.content_type = type;
  return said;
}

/** Whether a result is what a case expects. @returns {null | {expected: object, actual: object}} the members that differ, `null` when none does */
export function difference({ expect }, result, subject) {
  const actual = expected(result, subject);
  const shown = {};
  for (const [member, wanted] of Object.entries(expect)) {
    if (!holds(member, wanted, result, actual)) shown[member] = actualOf(member, result, actual);
  }
  const names = Object.keys(shown);
  if (!names.length) {
    const isWrongKind = ["drop", "error"].some((member) => member in actual && !(member in expect));
    return isWrongKind ? { expected: expect, actual } : null;
  }
  return { expected: Object.fromEntries(names.map((member) => [member, expect[member]])), actual: { ...shown, ...only(actual, ["drop", "error"]) } };
}

function holds(member, wanted, result, actual) {
  switch (member) {
    case "drop": return "drop" in actual && (wanted === true || wanted === actual.drop);
    case "error": return "error" in actual && actual.error.includes(wanted);
    case "log": return result.stages.some(({ log }) => log.includes(wanted));
    case "body": return result.outcome === "delivered" && isEqual(wanted, bodyValue(result.request.body));
    case "method": case "url": return result.request?.[member] === wanted;
    case "content_type": return contentType(result.request) === wanted;
    case "headers": return Object.entries(wanted).every(([name, value]) => header(result.request, name) === value);
    default: return isEqual(wanted, actual[member]);
  }
}

function actualOf(member, result, actual) {
  if (member === "log") return result.stages.map(({ log }) => log).join("");
  if (member === "headers") return result.request?.headers ?? null;
  if (member === "body") return result.request ? bodyValue(result.request.body) : null;
  if (member === "method" || member === "url") return result.request?.[member] ?? null;
  return actual[member] ?? null;
}

const only = (object, names) => Object.fromEntries(names.filter((name) => name in object).map((name) => [name, object[name]]));
/** What went wrong, without the line, which moves with every change. */
const message = ({ stages, error, failure }) => (stages.find(({ decision }) => decision === "error")?.error?.message ?? error ?? failure).replace(/^script:\d+:\s*/, "");
const isUntouched = ({ stages }) => stages.every(({ body }) => body === null || body === undefined);
const header = (request, name) => Object.entries(request?.headers ?? {}).find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
const contentType = (request) => header(request, "content-type");

function bodyValue(text) {
  try {
    return parseJSON(text);
  } catch {
    return text ?? null;
  }
}

// Two numbers of which at least one is kept as its text.
const isSameNumber = (a, b) => isLongNumber(a) && isLongNumber(b) ? a.rawJSON === b.rawJSON : [a, b].every((one) => isLongNumber(one) || typeof one === "number") && Number(a.rawJSON ?? a) === Number(b.rawJSON ?? b);
/** Whether two JSON values mean the same; the order of members does not matter. */
export function isEqual(a, b) {
  if (a === b) return true;
  if (isLongNumber(a) || isLongNumber(b)) return isSameNumber(a, b);
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object" || Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && isEqual(a[name], b[name]));
}

/** Whether two lists have the same cases. */
export const areSame = (a, b) => a.length === b.length && a.every((each, i) => isEqual(each, b[i]));

/** The cases to save where somebody else has saved `theirs` since `base` was opened: what they added is kept, what they removed and was not changed here is gone. */
export function merged(base, mine, theirs) {
  const has = (list, one) => list.some((other) => isEqual(one, other));
  return [...mine.filter((one) => !has(base, one) || has(theirs, one)), ...theirs.filter((one) => !has(base, one) && !has(mine, one))];
}

/**
 * Runs cases one after another.
 * @param {(index: number, verdict: {isPassed: boolean, difference: object|null, result?: object, problem?: string}) => void} tell called for each
 * @returns {Promise<number>} how many fail
 */
export async function runCases(cases, subject, script, signal, tell = () => {}) {
  let failures = 0;
  for (const [index, each] of cases.entries()) {
    const verdict = await judged(each, subject, script, signal);
    if (!verdict.isPassed) failures += 1;
    tell(index, verdict);
  }
  return failures;
}

async function judged(each, subject, script, signal) {
  try {
    const { results: [result] } = await patiently({ ...tried(subject, script).body, event: sampleOf(each) }, signal);
    const found = difference(each, result, subject);
    return { isPassed: !found, difference: found, result };
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return { isPassed: false, difference: null, problem: error.message };
  }
}

/** Cases as text, in the form of cases.json. */
export const casesText = (cases) => formatJSON(cases);

/** Reads cases.json. @throws {Error} that says what is wrong */
export function readCases(text) {
  let value;
  try {
    value = parseJSON(text);
  } catch (error) {
    throw new Error(`This is not JSON: ${error.message}`);
  }
  const list = Array.isArray(value) ? value : value?.cases;
  if (!Array.isArray(list)) throw new Error('Expected an array of cases, or {"cases": […]}.');
  list.forEach((each, index) => {
    const isObject = (part) => part !== null && typeof part === "object" && !Array.isArray(part) && !isLongNumber(part);
    if (!isObject(each) || typeof each.name !== "string") throw new Error(`Case ${index + 1}: expected an object with a name.`);
    if (!isObject(each.event)) throw new Error(`Case ${index + 1}, ${each.name}: expected an event; a webhook's script has no other cases.`);
    if (!isObject(each.expect)) throw new Error(`Case ${index + 1}, ${each.name}: expected expect, an object.`);
    const other = Object.keys(each).find((member) => !MEMBERS.includes(member));
    if (other) throw new Error(`Case ${index + 1}, ${each.name}: ${other} is for plugins; a script's case has ${MEMBERS.join(", ")}.`);
  });
  return list;
}
