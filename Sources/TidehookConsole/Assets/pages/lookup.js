// What several pages ask for: the names of webhooks, kept for half a minute or until this page changes something, the choices of filters, and which headers are hidden.
import { api, h, link, session } from "../kit.js";

let kept = null, keptAt = 0, keptFor = null, keptAfter = 0;
/** Webhooks by id, of those that the key may see; at most 500, the others are shown by their ids. */
export function webhooks(signal) {
  if (!kept || performance.now() - keptAt > 30_000 || keptFor !== session.csrf || keptAfter !== api.writes) {
    keptAt = performance.now();
    keptFor = session.csrf;
    keptAfter = api.writes;
    kept = api.get("/v1/webhooks", { limit: 500 }).then((answer) => new Map(answer.data.map((one) => [one.id, one])));
    kept.catch(() => { kept = null; });
  }
  return signal?.aborted ? Promise.reject(new DOMException("left", "AbortError")) : kept;
}
/** A webhook's name as a link to it, or its id when it is gone. */
export function webhookLink(names, id) {
  return link(`/webhooks/${encodeURIComponent(id)}`, names.get(id)?.name ?? h("span", { class: "id" }, id));
}

export const SPANS = [["", "Any time"], ["15m", "15 minutes"], ["1h", "1 hour"], ["24h", "24 hours"], ["7d", "7 days"], ["30d", "30 days"]];
export const STATES = ["pending", "retrying", "delivered", "filtered", "dead", "held", "cancelled"];
export const FAILURES = ["dns", "connect", "tls", "timeout", "blocked", "oversized", "malformed", "status", "script", "signature", "response", "database", "handshake", "auth", "proxy"];

/** A page of a search as lists take it: one that is full did not end early, however far it looked. */
export const bounded = (answer, limit) => answer.data.length < limit ? answer : { ...answer, searched_until: null };
/** What stands below a list whose search may have ended early: how far it looked. */
export const searched = (answer, time) => answer?.searched_until ? h("p", { class: "faint" }, "Searched back to ", time(answer.searched_until), ". There may be more before that.") : null;

const SECRET = /authorization|cookie|secret|token|passw|api[-_]?key|^x-.*-key$/i;
/** Whether what a header of this name says may be a secret. */
export const isSecret = (name) => SECRET.test(name);
