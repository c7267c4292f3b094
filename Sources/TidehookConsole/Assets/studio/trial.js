// Dry runs as one types: a short wait after each change, one call under way, answers to older questions dropped.

import { api } from "../kit.js";

/** How long typing must rest, in milliseconds, before a script is tried. */
const REST = 250;
/** How long to wait, and how often, when the gateway has too many dry runs under way (503). */
const BUSY_WAIT = 1000;
const BUSY_TRIES = 5;

/** Asks again and again, never twice at once. */
export class Trial {
  #timer = null;
  #running = null;
  #wanted = null;

  /** @param {{onBusy: (isBusy: boolean) => void, onAnswer: (answer, question) => void, onRefusal: (error, question) => void, signal: AbortSignal}} options */
  constructor({ onBusy, onAnswer, onRefusal, signal }) {
    Object.assign(this, { onBusy, onAnswer, onRefusal });
    signal.addEventListener("abort", () => this.stop());
    this.isOver = false;
  }

  /** Asks this next. @param {{body: object|string}} question `body` is that of POST /v1/dry-runs */
  ask(question, rest = REST) {
    if (this.isOver) return;
    this.#wanted = question;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#begin(), rest);
  }

  /** Forgets what was to be asked. */
  drop() {
    clearTimeout(this.#timer);
    this.#wanted = null;
    this.#running?.abort();
  }

  stop() {
    this.isOver = true;
    this.drop();
  }

  async #begin() {
    // The gateway ends a dry run whose client has gone, so that the next one begins at once.
    if (this.#running) return this.#running.abort();
    const question = this.#wanted;
    if (!question) return undefined;
    this.#wanted = null;
    this.#running = new AbortController();
    this.onBusy(true);
    try {
      const answer = await patiently(question.body, this.#running.signal);
      if (!this.#wanted && !this.isOver) this.onAnswer(answer, question);
    } catch (error) {
      if (error.name !== "AbortError" && !this.#wanted && !this.isOver) this.onRefusal(error, question);
    }
    this.#running = null;
    if (!this.isOver) this.onBusy(false);
    if (this.#wanted && !this.isOver) return this.#begin();
    return undefined;
  }
}

/** One dry run; when too many are under way it waits its turn. */
export async function patiently(body, signal) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await api.post("/v1/dry-runs", body, { signal });
    } catch (error) {
      if (error.status !== 503 || tries >= BUSY_TRIES) throw error;
      await pause(BUSY_WAIT, signal);
    }
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => { clearTimeout(timer); reject(new DOMException("aborted", "AbortError")); });
  });
}
