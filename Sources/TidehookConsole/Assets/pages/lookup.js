// What several pages of the gateway's history need: the names of webhooks, which are kept for a while, until this page changes something, the choices of filters, and which headers are hidden.
import { api, h, link, session } from "../kit.js";

/** How long names are taken for those of now, in milliseconds; others change them, too. */
const KEEP = 5000;
const MOST = 500;
let kept = null, keptAt = 0, keptFor = null, keptAfter = 0;
/** Webhooks by id, of those that the key may see; at most 500, the others are shown by their ids. `isWhole`: whether these are all, so that any other is gone. */
export function webhooks(signal) {
  if (!kept || performance.now() - keptAt > KEEP || keptFor !== session.csrf || keptAfter !== api.writes) {
    keptAt = performance.now();
    keptFor = session.csrf;
    keptAfter = api.writes;
    kept = read();
    // Where there is none, the next look may be for the first.
    kept.then(({ size }) => { if (!size) kept = null; }, () => { kept = null; });
  }
  return signal?.aborted ? Promise.reject(new DOMException("left", "AbortError")) : kept;
}
async function read() {
  const { data, next_cursor: more } = await api.get("/v1/webhooks", { limit: MOST });
  return Object.assign(new Map(data.map((one) => [one.id, one])), { isWhole: more == null, sought: new Set() });
}
/** Reads the names once more where `ids` are of webhooks that were made since. */
export async function withNewer(names, ids) {
  // The list is by age: where it is cut, the newer ones are behind the cut once more.
  if (!names.isWhole || !ids.some((id) => !names.has(id) && !names.sought.has(id)) || !await renew(names)) return;
  for (const id of ids) if (!names.has(id)) names.sought.add(id);
}
/** Brings the names that a page has to what they are now. @returns {Promise<boolean>} whether they could be read; a list is of use without */
export async function renew(names) {
  let now;
  try { now = await read(); } catch { return false; }
  for (const [id, one] of now) names.set(id, one);
  for (const id of names.keys()) if (now.isWhole && !now.has(id)) names.delete(id);
  names.isWhole = now.isWhole;
  return true;
}

/** Host and path of a URL: what tells webhooks of one name apart. */
const place = (url) => url.replace(/^[a-z][a-z0-9+.-]*:(\/\/)?/i, "").replace(/[?#].*/, "");
/** How many webhooks have each name. */
export function namesakes(webhooks) {
  const counts = new Map();
  for (const { name } of webhooks) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
/** A webhook's name as it stands in lists: with its host and path where another one has the same; `counts` are those of `namesakes`. */
export const nameIn = (counts, { name, url }) => counts.get(name) > 1 && url ? place(url).startsWith(name) ? place(url) : `${name} (${place(url)})` : name;
/** What is called so in lists; `null` when it is not known. */
export const nameOf = (names, id) => names.has(id) ? nameIn(namesakes(names.values()), names.get(id)) : null;
/** A long name that may be broken between its parts, so that it need not be within one. */
export const breakable = (text) => text.split(/(?<=[._/@:-])(?=.)/).flatMap((part, i) => i ? [h("wbr"), part] : [part]);
/** A webhook's name as a link to it; its id when it has none here, and nothing to open when it is gone. */
export function webhookLink(names, id) {
  const name = nameOf(names, id), shown = h("span", { class: "id" }, id);
  if (name === null && names.isWhole && names.sought.has(id)) return h("span", { title: "This webhook was deleted" }, shown, " ", h("span", { class: "tag" }, "deleted"));
  return link(`/webhooks/${encodeURIComponent(id)}`, name === null ? shown : breakable(name), { title: name });
}
/** The choices of a filter by webhook. */
export function webhookChoices(names) {
  const counts = namesakes(names.values());
  return [["", "All webhooks"], ...[...names.values()].map((one) => [one.id, nameIn(counts, one)])];
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
