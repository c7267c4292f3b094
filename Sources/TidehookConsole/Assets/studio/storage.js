// What this browser keeps of the studio for each signed-in key: unsaved scripts and cases. The gateway has no place for either.

import { formatJSON, parseJSON, session } from "../kit.js";

const prefix = () => `tidehook-studio:${session.key?.id ?? session.key?.name ?? "admin"}:`;

/** What is kept under a name; `fallback` when nothing is, or it cannot be read. */
export function kept(name, fallback) {
  try {
    const text = localStorage.getItem(prefix() + name);
    return text === null ? fallback : parseJSON(text);
  } catch {
    return fallback;
  }
}

/** Keeps a value; `undefined` removes it. @returns {boolean} whether the browser had room for it */
export function keep(name, value) {
  try {
    if (value === undefined) localStorage.removeItem(prefix() + name);
    else localStorage.setItem(prefix() + name, formatJSON(value, 0));
    return true;
  } catch {
    return false;
  }
}
