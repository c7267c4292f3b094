// About this gateway: version, store, limits, retention, where its documents are; theme and sessions of this browser.
import { ApiError, address, api, badge, button, bytes, confirmAction, count, drafts, duration, exactTime, facts, h, link, panel, put, session, table, time, toast } from "../kit.js";
import { isAdmin } from "./access.js";

const THEMES = [["system", "Of the system"], ["light", "Light"], ["dark", "Dark"]];
const DOCUMENTS = [
  ["docs/concepts.md", "What events, webhooks, sources and deliveries are"], ["docs/api.md", "Every call of the API"], ["docs/console.md", "This console"], ["docs/delivery.md", "Retries, order, batches, signatures"], ["docs/sources.md", "Receiving others' webhooks"],
  ["docs/plugins.md", "Writing plugins"], ["docs/lua-api.md", "What scripts can call"], ["docs/operations.md", "Operational events, retention, disk space"], ["docs/configuration.md", "Settings of the gateway"], ["docs/monitoring.md", "Statistics and metrics"],
];

// A setting's value by what its name says of its unit.
function value(name, it) {
  if (it === null || it === undefined) return h("span", { class: "faint" }, /_days$/.test(name) ? "for ever" : /^max_/.test(name) ? "no limit" : "–");
  if (typeof it === "boolean") return it ? "yes" : "no";
  if (typeof it === "bigint") it = Number(it);
  if (typeof it !== "number") return typeof it === "object" ? h("code", { class: "break" }, JSON.stringify(it)) : h("span", { class: "mono break" }, String(it));
  if (/_bytes$/.test(name)) return h("span", { title: `${count(it)} bytes` }, bytes(it));
  if (/_days$/.test(name)) return it === 0 ? "for ever" : `${count(it)} ${it === 1 ? "day" : "days"}`;
  const unit = Object.entries({ _secs: 1e6, _ms: 1e3, _us: 1, _minutes: 6e7, _hours: 3.6e9 }).find(([end]) => name.endsWith(end));
  return unit ? duration(it * unit[1]) : count(it);
}
const NAMES = { body_bytes: "Largest request", batch_bytes: "Largest batch", batch_events: "Events in a batch", head_bytes: "Largest head of a request", rate_limit_per_minute: "Requests a minute and key", cpu_ms: "CPU time of a call", instructions: "Instructions of a call", memory_bytes: "Memory of a call", output_bytes: "Output of a call", source_bytes: "Largest script" };
const named = (name) => NAMES[name] ?? (name.replace(/_(secs|ms|us|bytes|days|minutes|hours)$/, "").replaceAll("_", " ").replace(/^./, (c) => c.toUpperCase()));
/** What an object of settings says; objects inside stand below it with their names. */
function settings(object, of) {
  const flat = Object.entries(object).filter(([, it]) => it === null || typeof it !== "object" || Array.isArray(it)), deep = Object.entries(object).filter(([, it]) => it !== null && typeof it === "object" && !Array.isArray(it) && Object.keys(it).length);
  return h("div", { class: "stack" }, flat.length > 0 && facts(flat.map(([name, it]) => [named(name), value(name, it)])), deep.map(([name, it]) => h("div", { class: "stack tight" }, h("h3", null, of === "namespaces" ? h("code", null, name) : named(name)), settings(it, name))));
}

async function about({ page, signal }) {
  page.sub("This gateway, and this browser's session with it.");
  const [gateway, ready] = await Promise.all([api.get("/v1/about", {}, { signal }), api.get("/readyz", {}, { signal }).catch((error) => { if (error instanceof ApiError) return null; throw error; })]);
  const { store = {}, counts = {}, limits, settings: set, retention } = gateway, admin = isAdmin();
  const free = store.size_bytes != null && store.free_bytes != null;
  return h("div", { class: "stack" },
    h("div", { class: admin && "grid2" },
      panel({ title: "Gateway", actions: ready ? badge("ready", "ok") : badge("not ready", "bad") }, facts([
        ["Version", h("strong", null, gateway.version)], ["Started", [time(gateway.started_at), h("span", { class: "faint" }, ` ${exactTime(gateway.started_at)}`)]],
        ...Object.entries(counts).filter(([, n]) => n != null).map(([name, n]) => [{ streams: "Live streams open" }[name] ?? named(name), ["webhooks", "plugins", "sources", "keys"].includes(name) ? link(`/${name}`, count(n)) : count(n)]),
      ])),
      admin && panel("Store", facts([
        ["Kind", store.kind], ["Schema", store.schema_version], ["Folder", store.path && h("code", { class: "break" }, store.path)],
        ["Size", store.size_bytes != null && bytes(Number(store.size_bytes))], ["Free on its disk", free && bytes(Number(store.free_bytes))],
      ]))),
    retention !== undefined && panel("Retention", retention === null || retention === false ? h("p", { class: "muted" }, "This gateway does not tell how long it keeps what it has; ", h("code", null, "docs/operations.md"), " says what the rules are.") : settings(retention)),
    limits && panel("Limits", settings(limits)),
    set && admin && panel("Settings", settings(set)),
    h("div", { class: "grid2" }, browser(), documents()), await sessions(signal));
}

// ---- this browser

const chosen = () => document.documentElement.dataset.theme ?? "system";
function browser() {
  const buttons = THEMES.map(([id, text]) => h("button", { type: "button", "aria-pressed": String(id === chosen()), on: { click: () => {
    window.dispatchEvent(new CustomEvent("tidehook-theme", { detail: id }));
    mark();
  } } }, text));
  const mark = () => buttons.forEach((element, i) => element.setAttribute("aria-pressed", String(THEMES[i][0] === chosen())));
  return panel("This browser", h("div", { class: "stack" },
    facts([
      ["Signed in with", h("span", null, h("strong", null, session.key?.name ?? ""), session.key?.namespaces && h("span", { class: "faint" }, ` limited to ${session.key.namespaces.join(", ")}`))],
      ["Signed in until", session.expires_at && time(session.expires_at)],
    ]),
    h("div", { class: "row" }, h("span", { id: "theme-label" }, "Theme"), h("div", { class: "segments", role: "group", "aria-labelledby": "theme-label" }, buttons)),
    h("div", null, button("Sign out everywhere", { icon: "out", kind: "danger", on: { click: signOut } }))));
}
async function signOut() {
  if (!await confirmAction({ title: "Sign out everywhere?", danger: true, action: "Sign out everywhere", body: `Every session that was opened with ${session.key?.name ?? "this key"} ends at once, in all browsers, this one too. The key itself stays valid.${drafts.any() ? " Scripts and cases of the studio that are not saved are removed from this browser." : ""}` })) return;
  await drafts.forgetAfter(api.delete("/console/sessions"));
  window.dispatchEvent(new Event("tidehook-signed-out"));
}

// ---- who is signed in

async function sessions(signal) {
  const list = h("div");
  const draw = async () => {
    const { data, truncated } = await api.get("/v1/console/sessions", {}, { signal });
    // The table is drawn of what is there already: it has no further pages.
    put(list, table({
      label: "Sessions", load: async () => ({ data, next_cursor: null }), note: () => truncated && h("p", { class: "faint" }, "There are more; these were used last."),
      columns: [
        { label: "Key", class: "break", render: ({ key, this: own }) => h("span", { class: "row" }, h("strong", null, key.name), own && badge("this browser", "info")) },
        { label: "Last used", render: (row) => [h("span", { class: "narrow-only faint" }, "used "), time(row.last_used_at)] },
        { label: "Signed in", wide: true, render: (row) => time(row.made_at) }, { label: "Ends", wide: true, render: (row) => time(row.expires_at) },
        { label: "Id", wide: true, class: "nowrap", render: (row) => h("span", { class: "id" }, row.id) },
      ],
      actions: (row) => button("End", { small: true, label: row.this ? "End this session" : `End session ${row.id} of ${row.key.name}`, on: { click: () => end(row, draw) } }),
    }));
  };
  await draw();
  return panel({ title: "Who is signed in", flush: true, actions: button("Refresh", { icon: "refresh", small: true, kind: "quiet", on: { click: draw } }) }, list);
}
async function end(row, draw) {
  const body = row.this ? `You are signed out of this browser.${drafts.any() ? " What is not saved in the studio is removed from it." : ""}` : `Whoever uses it is signed out at once. The key ${row.key.name} stays valid: with it, one can sign in again.`;
  if (!await confirmAction({ title: row.this ? "End this session?" : `End this session of ${row.key.name}?`, danger: true, action: "End the session", body })) return;
  const ended = api.delete(`/v1/console/sessions/${encodeURIComponent(row.id)}`);
  if (row.this) {
    await drafts.forgetAfter(ended);
    return window.dispatchEvent(new Event("tidehook-signed-out"));
  }
  await ended;
  toast("Ended. Whoever used it must sign in again.");
  await draw();
}

function documents() {
  const described = h("a", { href: address("/openapi.json"), target: "_blank", rel: "noopener", class: "mono" }, "openapi.json");
  return panel("Documents", h("div", { class: "stack" },
    h("ul", { class: "documents" }, h("li", null, described, h("span", { class: "muted" }, "Every call, for programs"))),
    h("p", { class: "muted" }, "These come with Tidehook, in its folder:"),
    h("ul", { class: "documents" }, DOCUMENTS.map(([file, text]) => h("li", null, h("code", null, file), h("span", { class: "muted" }, text))))));
}

export default [{ path: "/about", title: "About", render: about }];
