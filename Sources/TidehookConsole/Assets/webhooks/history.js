// The revisions of a webhook: what changed, by whom, what is different between any two, and the way back.
import { api, button, confirmAction, empty, field, formatJSON, h, panel, plural, put, select, table, time, toast } from "../kit.js";
import { diff, unified } from "../kit/text.js";

// A stage's script in lines, behind what else is in it.
const shown = (value) => {
  if (typeof value?.script !== "string") return value ?? "";
  const { script, ...rest } = value;
  return Object.keys(rest).length ? `${formatJSON(rest)}\n\n${script}` : script;
};
/** The differences that the API tells, field by field. */
export function changesView(changes) {
  return changes.length ? h("div", { class: "stack" }, changes.map((one) => h("section", { class: "stack tight", "aria-label": one.field }, h("h3", { class: "mono break" }, one.field), one.diff ? unified(one.diff) : diff(shown(one.from), shown(one.to))))) : h("p", { class: "muted" }, "They are the same but for secrets, which are never shown.");
}

/** The tab of revisions; `done()` is called after a rollback. */
export function history(webhook, { signal, chosen, done }) {
  const at = `/v1/webhooks/${encodeURIComponent(webhook.id)}`, newest = webhook.revision, compared = h("div", { class: "stack" });
  let [from, to] = chosen && chosen <= newest ? [Math.max(1, chosen - 1), chosen] : [Math.max(1, newest - 1), newest];
  const load = async () => {
    if (newest === 1) return put(compared, empty("One revision so far", "Each change of the webhook makes another, and can be taken back here."));
    put(compared, h("p", { class: "faint loading" }, "Comparing…"));
    try {
      const answer = from === to ? { changes: [] } : await api.get(`${at}/revisions/diff`, { from, to }, { signal });
      const back = to !== newest ? to : from;
      put(compared, picker(), from === to ? h("p", { class: "muted" }, "Choose two different revisions.") : changesView(answer.changes), back !== newest ? h("div", { class: "row" }, button(`Roll back to revision ${back}`, { icon: "replay", on: { click: () => rollback(back) } })) : null);
    } catch (error) {
      if (error.name !== "AbortError") put(compared, picker(), h("p", { class: "note bad", role: "alert" }, h("span", null, error.message)));
    }
  };
  const numbers = Array.from({ length: Math.min(newest, 500) }, (_, i) => String(newest - i));
  const picker = () => h("div", { class: "filters" }, field({ label: "From", input: select(numbers.map((n) => [n, `Revision ${n}`]), { value: String(from), on: { change: (event) => { from = Number(event.target.value); load(); } } }) }), field({ label: "To", input: select(numbers.map((n) => [n, `Revision ${n}${Number(n) === newest ? ", in use" : ""}`]), { value: String(to), on: { change: (event) => { to = Number(event.target.value); load(); } } }) }));
  const rollback = async (revision) => {
    const { changes } = await api.get(`${at}/revisions/diff`, { from: newest, to: revision }, { signal });
    const body = h("div", { class: "stack" }, h("p", null, `A new revision, ${newest + 1}, gets the configuration of revision ${revision}. Secrets and credentials stay as they are now. This is what changes:`), changesView(changes));
    if (!await confirmAction({ title: `Roll back to revision ${revision}?`, body, action: "Roll back" })) return;
    const answer = await api.post(`${at}/rollback`, { revision });
    toast(answer.revision === newest ? "That is in use already" : `Rolled back: revision ${answer.revision}`, answer.revision === newest ? {} : { undo: async () => { await api.post(`${at}/rollback`, { revision: newest }); done(); } });
    done();
  };
  const columns = [
    { label: "Revision", class: "main", render: (row) => h("button", { type: "button", class: "as-link", on: { click: () => { [from, to] = [Math.max(1, row.revision - 1), row.revision]; load(); compared.scrollIntoView({ block: "nearest" }); } } }, `Revision ${row.revision}`) },
    { label: "Changed", class: "break", render: (row) => row.changed === null ? h("span", { class: "muted" }, "made") : row.changed.length > 4 ? plural(row.changed.length, "field") : row.changed.join(", ") },
    { label: "By", class: "break", render: (row) => h("span", { class: "muted" }, row.made_by) }, { label: "When", number: true, class: "when", render: (row) => time(row.created_at) },
  ];
  const list = table({ label: "Revisions", columns, key: (row) => String(row.revision), load: (cursor) => api.get(`${at}/revisions`, { limit: 50, cursor }, { signal }), actions: (row) => row.revision === newest ? h("span", { class: "tag" }, "in use") : button("Roll back", { small: true, label: `Roll back to revision ${row.revision}`, on: { click: () => rollback(row.revision) } }) });
  load();
  return h("div", { class: "stack" }, panel("Differences", compared), panel({ title: "Revisions", flush: true }, list));
}
