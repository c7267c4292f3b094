// API keys: what there is, making one that is limited to namespaces, revoking one; and signed-in sessions of this key.
import { api, badge, button, confirmAction, dialog, empty, exactTime, h, icon, panel, session, table, time, toast } from "../kit.js";
import { form } from "../kit/forms.js";
import { code } from "../kit/text.js";
import { adminOnly, isAdmin } from "./access.js";
import { quote } from "./curl.js";
import { showOnce } from "./once.js";

const DAYS = { 30: "in 30 days", 90: "in 90 days", 365: "in a year" };
const expired = (key) => key.expires_at && new Date(key.expires_at) <= Date.now();
const reach = (key) => key.namespaces ? h("span", { class: "row" }, key.namespaces.map((name) => h("span", { class: "tag" }, name))) : h("span", { class: "faint" }, "every namespace");

async function list({ page, signal }) {
  page.sub("Keys for teams, tenants and producers. A limited key sees and does only what is in its namespaces.");
  if (!isAdmin()) return adminOnly("Keys");
  const create = button("New key", { icon: "plus", kind: "primary", on: { click: () => make(() => rows.reload()) } });
  page.actions(create);
  const rows = table({
    label: "Keys", load: (cursor) => api.get("/v1/keys", { limit: 50, cursor }, { signal }),
    columns: [
      { label: "Name", class: "break", render: (key) => h("span", { class: "row" }, h("strong", null, key.name), key.id === session.key?.id && badge("this session", "info")) },
      { label: "May use", render: reach },
      { label: "Expires", render: (key) => expired(key) ? badge("expired", "bad", exactTime(key.expires_at)) : key.expires_at ? [h("span", { class: "narrow-only faint" }, "expires "), time(key.expires_at)] : h("span", { class: "faint" }, "never", h("span", { class: "narrow-only" }, " expires")) },
      { label: "Made", wide: true, render: (key) => time(key.created_at) },
      { label: "Id", wide: true, render: (key) => h("span", { class: "id" }, key.id) },
    ],
    actions: (key) => button("Revoke", { small: true, label: `Revoke ${key.name}`, on: { click: () => revoke(key, rows) } }),
    empty: empty("No keys yet", "Only the admin key exists. Make one for each producer and each team, limited to what it needs, and it can be revoked alone.", button("New key", { kind: "primary", on: { click: () => make(() => rows.reload()) } })),
  });
  return h("div", { class: "stack" }, rows, panel("The admin key", h("p", { class: "muted" }, "It may do everything, and is not in this list: it is what ", h("code", null, "TIDEHOOK_API_KEY"), " says, or ", h("code", null, "admin.key"), " of the data folder. To replace it, set another one and start the gateway again.")));
}

function make(done) {
  const asked = form({
    submit: "Make the key", cancel: () => opened.close(),
    fields: [
      { name: "name", label: "Name", required: true, placeholder: "team a", hint: "No two keys have the same. Revisions say which key made them.", validate: (value) => value.length > 200 ? "At most 200 characters." : null },
      { name: "reach", label: "May use", type: "select", options: [["some", "only these namespaces"], ["all", "every namespace"]] },
      { name: "namespaces", label: "Namespaces", type: "list", placeholder: "project-a, project-b", hint: "1 to 100, separated by commas.", validate: (value, all) => all.reach === "some" && !value.length ? "Give at least one namespace." : null },
      { name: "expires", label: "Expires", type: "select", options: [["", "never"], ...Object.entries(DAYS), ["at", "at a time of yours"]], value: "90" },
      { name: "expires_at", label: "Time", type: "datetime-local", validate: (value, all) => all.expires !== "at" ? null : !value ? "Give a time." : new Date(value) <= Date.now() ? "It has passed." : null },
    ],
    onSubmit: async (values) => {
      const at = values.expires === "at" ? new Date(values.expires_at) : values.expires ? new Date(Date.now() + Number(values.expires) * 864e5) : null;
      const key = await api.post("/v1/keys", { name: values.name, namespaces: values.reach === "some" ? values.namespaces : null, expires_at: at?.toISOString() ?? null });
      opened.close();
      done();
      await shown(key);
    },
  });
  const adapt = () => {
    asked.control("namespaces").closest(".field").hidden = asked.control("reach").value !== "some";
    asked.control("expires_at").closest(".field").hidden = asked.control("expires").value !== "at";
  };
  for (const name of ["reach", "expires"]) asked.control(name).addEventListener("change", adapt);
  adapt();
  const opened = dialog("New key", asked);
}
const shown = (key) => showOnce({
  title: `The key of ${key.name}`, label: "API key", secret: key.key, hint: "Tidehook keeps only a digest of it.",
  more: [h("div", { class: "stack tight" }, h("h3", null, "Publish with it"), code([`curl -X POST ${location.origin}/v1/events \\`, `  -H 'Authorization: Bearer ${key.key}' -H 'Content-Type: application/json' \\`,
    `  -d ${quote(JSON.stringify({ event: "memory.created", ...(key.namespaces && { namespace: key.namespaces[0] }), data: { content: "hello" } }))}`].join("\n"), null, { label: "Example" }))],
});

async function revoke(key, rows) {
  if (!await confirmAction({ title: `Revoke ${key.name}?`, danger: true, action: "Revoke", body: `Every call with it is refused from the next one on, and sessions of the console that were opened with it end. What it made stays: webhooks, sources, events. This cannot be undone.` })) return;
  await api.delete(`/v1/keys/${key.id}`);
  toast(`Revoked ${key.name}.`);
  rows.reload();
}

export default [{ path: "/keys", title: "Keys", render: list }];
