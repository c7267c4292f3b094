// What this browser keeps of the studio for each signed-in key until it is saved, or somebody signs out: scripts and cases.

import { drafts, formatJSON, parseJSON, session } from "../kit.js";
import { placesNow } from "./subject.js";

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

/** What is kept of the stages of webhooks: `{name, kind, webhook, stage, value}`; `stage` is a number, or `gone` before the one that it had. */
const stages = () => drafts.names().map((full) => full.slice(drafts.prefix().length)).flatMap((name) => {
  const [, kind, webhook, stage] = /^(draft|cases):([^:]+):((?:gone)?\d+|first|last)$/.exec(name) ?? [];
  return kind && webhook !== "new" ? [{ name, kind, webhook, stage, value: kept(name, null) }] : [];
});

/** Removes what is kept of webhooks that are gone. @param {object[]} webhooks all there are */
export function forgetGone(webhooks) {
  const ids = new Set(webhooks.map(({ id }) => id));
  for (const { name, webhook } of stages()) if (!ids.has(webhook)) keep(name, undefined);
}

/**
 * Moves what is kept under the numbers of a webhook's stages to where these are now. Cases of a stage that is gone are kept no longer; its script is, until somebody removes it.
 * @returns {{moved: Map<string, string>, lost: {name: string, script: string}[]}} the number now of each script that was moved, by its number then; the scripts whose stages are gone
 */
export function follow({ id, pipeline }) {
  const moved = new Map(), mine = () => stages().filter(({ webhook, stage }) => webhook === id && /\d/.test(stage));
  for (const kind of ["draft", "cases"]) {
    const held = mine().filter((one) => one.kind === kind), now = placesNow(pipeline, held.map(({ stage, value }) => [stage, value?.saved]));
    const changed = held.map(({ stage, ...one }) => ({ ...one, stage, to: now.get(stage) ?? `gone${/\d+/.exec(stage)}` })).filter(({ stage, to }) => to !== stage);
    for (const { name } of changed) keep(name, undefined);
    for (const { stage, to, value } of changed) {
      const isGone = to.startsWith("gone");
      if (kind === "draft" || !isGone) keep(`${kind}:${id}:${to}`, value);
      if (kind === "draft" && !isGone) moved.set(stage, to);
    }
  }
  return { moved, lost: mine().filter(({ stage }) => stage.startsWith("gone")).map(({ name, value }) => ({ name, script: value?.script ?? "" })) };
}
