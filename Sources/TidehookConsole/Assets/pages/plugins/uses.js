// Which webhooks and sources use which plugin.
import { api } from "../../kit.js";

// Lists are read to their end, at most this many pages of 100.
const MOST_PAGES = 20;

/** Every row of a list, as far as pages are read. */
export async function all(path, signal) {
  const rows = [];
  let cursor = null;
  for (let n = 0; n < MOST_PAGES; n++) {
    const answer = await api.get(path, { limit: 100, cursor }, { signal });
    rows.push(...answer.data);
    cursor = answer.next_cursor;
    if (!cursor) break;
  }
  return rows;
}

/** By plugin, `{webhooks, sources}`. */
export async function uses(signal) {
  const found = new Map(), at = (name) => found.get(name) ?? found.set(name, { webhooks: [], sources: [] }).get(name);
  const [webhooks, sources] = await Promise.all([all("/v1/webhooks", signal), all("/v1/sources", signal)]);
  for (const webhook of webhooks) for (const name of new Set((webhook.pipeline ?? []).map((stage) => stage.plugin).filter(Boolean))) at(name).webhooks.push(webhook);
  for (const source of sources) if (source.plugin) at(source.plugin).sources.push(source);
  return found;
}
export const usersOf = (found, name) => found.get(name) ?? { webhooks: [], sources: [] };
