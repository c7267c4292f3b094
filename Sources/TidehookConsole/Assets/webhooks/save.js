// Saving the change of a webhook so that nobody else's is lost: what was changed meanwhile is told before it is overwritten.
import { api, button, dialog, h, time } from "../kit.js";

/** Saves members of a webhook that was read as `webhook`: the answer, `"reload"` when the reader wants what others saved, `null` when it was not saved. */
export async function saveChange(webhook, body, signal) {
  const at = `/v1/webhooks/${encodeURIComponent(webhook.id)}`;
  let { revision } = webhook;
  for (;;) {
    const now = await api.get(at, null, { signal });
    if (now.revision !== revision) {
      const choice = await ask(webhook, now, body, signal);
      if (choice !== "save") return choice ?? null;
      revision = now.revision;
    }
    try { return await api.patch(at, body, { headers: { "If-Match": `"${revision}"` } }); } catch (error) {
      // Somebody was faster, once more.
      if (error.status !== 412) throw error;
    }
  }
}

/** The first name of a path: `pipeline` of `pipeline[0].script`. */
const member = (path) => path.split(/[.[]/)[0];

async function ask(webhook, now, body, signal) {
  const at = `/v1/webhooks/${encodeURIComponent(webhook.id)}/revisions`;
  const [{ changes }, { data: [last] }] = await Promise.all([api.get(`${at}/diff`, { from: webhook.revision, to: now.revision }, { signal }), api.get(at, { limit: 1 }, { signal })]);
  const theirs = [...new Set(changes.map(({ field }) => member(field)))], both = theirs.filter((name) => name in body);
  const names = (list) => list.flatMap((name, i) => [i > 0 && ", ", h("code", null, name)]);
  const opened = dialog("Somebody else changed it meanwhile", h("div", { class: "stack tight" },
    h("p", null, `It is at revision ${now.revision}, saved `, time(last.created_at), " by ", h("strong", null, last.made_by), `; you began at revision ${webhook.revision}. `, theirs.length ? ["What has changed since: ", names(theirs), "."] : "It says the same as then."),
    both.length ? h("p", { class: "note warn" }, h("span", null, "You changed ", names(both), both.length === 1 ? ", too: yours takes the place of theirs." : ", too: yours take the place of theirs.")) : h("p", null, "You changed nothing of that; saving yours keeps both."),
    h("p", { class: "muted" }, "Every revision stays, and can be compared and taken back.")), {
    actions: [button("Cancel", { on: { click: () => opened.close() } }), button("Load theirs", { title: "What you changed here is dropped", on: { click: () => opened.close("reload") } }), button("Save mine", { kind: "primary", on: { click: () => opened.close("save") } })] });
  return opened.closed;
}
