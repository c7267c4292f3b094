// What this browser keeps of the studio for each signed-in key until it is saved, or somebody signs out: scripts and cases.

import { drafts, formatJSON, parseJSON, session } from "../kit.js";
import { places, placesNow } from "./subject.js";

/** What is kept under a name; `fallback` when nothing is, or it cannot be read. */
export function kept(name, fallback) {
  try {
    const text = localStorage.getItem(drafts.prefix() + name);
    return text === null ? fallback : parseJSON(text);
  } catch {
    return fallback;
  }
}

/** Keeps a value; `undefined` removes it. Nothing is kept for who has signed out. @returns {boolean} whether the browser had room for it */
export function keep(name, value) {
  if (!session.key) return true;
  try {
    if (value === undefined) localStorage.removeItem(drafts.prefix() + name);
    else localStorage.setItem(drafts.prefix() + name, formatJSON(value, 0));
    return true;
  } catch {
    return false;
  }
}

/** What is kept of the stages of webhooks, scripts first: `{name, kind, webhook, stage, value}`; `stage` is a place, or `gone` and any number. */
const stages = () => drafts.names().map((full) => full.slice(drafts.prefix().length)).flatMap((name) => {
  const [, kind, webhook, stage] = /^(draft|cases):([^:]+):((?:gone)?\d+|first|last)$/.exec(name) ?? [];
  return kind && webhook !== "new" ? [{ name, kind, webhook, stage, value: kept(name, null) }] : [];
}).sort((a, b) => b.kind.localeCompare(a.kind) || a.name.localeCompare(b.name));

/** What is kept of webhooks that are not among these: `{name, kind, webhook, value}`. @param {object[]} webhooks all that the key sees */
export function keptOfGone(webhooks) {
  const ids = new Set(webhooks.map(({ id }) => id));
  return stages().filter(({ webhook }) => !ids.has(webhook));
}

/**
 * Moves what is kept under the numbers of a webhook's stages to where these are now. What is kept of a stage that is gone stays until somebody removes it, or its script is there again.
 * @returns {{moved: Map<string, string>, held: string[], lost: {name: string, kind: string, webhook: string, value: object}[]}} the number now of each script that was moved, by its number then; the places of which something is kept; what is kept of stages that are gone
 */
export function follow(webhook) {
  const { id, pipeline } = webhook, open = new Set(places(webhook).map(({ value }) => value));
  const moved = new Map(), mine = () => stages().filter((one) => one.webhook === id);
  for (const kind of ["draft", "cases"]) {
    const held = mine().filter((one) => one.kind === kind), used = new Set(held.map(({ stage }) => stage));
    const now = placesNow(pipeline, held.filter(({ stage }) => /\d/.test(stage)).map(({ stage, value }) => [stage, value?.saved, value?.stages]));
    const free = () => { let n = 0; while (used.has(`gone${n}`)) n += 1; used.add(`gone${n}`); return `gone${n}`; };
    const target = (stage) => now.get(stage) ?? (stage.startsWith("gone") || open.has(stage) && !now.has(stage) ? stage : free());
    const changed = held.map((one) => ({ ...one, to: target(one.stage) })).filter(({ stage, to }) => to !== stage);
    for (const { name } of changed) keep(name, undefined);
    for (const { stage, to, value } of changed) {
      keep(`${kind}:${id}:${to}`, value);
      if (kind === "draft" && !to.startsWith("gone")) moved.set(stage, to);
    }
  }
  const [lost, held] = [true, false].map((isGone) => mine().filter(({ stage }) => stage.startsWith("gone") === isGone));
  return { moved, held: [...new Set(held.map(({ stage }) => stage))], lost };
}
