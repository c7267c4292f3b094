// What this browser keeps of the studio for each signed-in key until it is saved, or somebody signs out: scripts and cases.

import { drafts, formatJSON, parseJSON, session } from "../kit.js";

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
