// Plugins: what is loaded and what is refused; one plugin with its README, options, cases, code, versions and who uses it.
import { api, badge, button, copy, count, duration, empty, facts, failed, field, formatJSON, h, health, link, panel, plural, put, select, setQuery, table, time } from "../kit.js";
import { tabs } from "../kit/forms.js";
import { code, diff } from "../kit/text.js";
import { isAdmin } from "./access.js";
import { caseList } from "./plugins/cases.js";
import { inline, markdown } from "./plugins/markdown.js";
import { usersOf, uses } from "./plugins/uses.js";

const standing = (plugin) => plugin.revision == null ? badge("refused", "dead") : plugin.problem ? badge("change refused", "warn", "The version before goes on") : badge("loaded", "ok");
const newUser = (plugin) => `/${plugin.kind === "source" ? "sources" : "webhooks"}/new?plugin=${encodeURIComponent(plugin.name)}`;
const at = (name) => `/plugins/${encodeURIComponent(name)}`;

// ---- the list

async function list({ query, page, signal }) {
  page.sub("Code that filters and shapes events in a webhook's pipeline, or makes events of what a source receives.");
  const admin = isAdmin();
  const [{ data }, used] = await Promise.all([api.get("/v1/plugins", {}, { signal }), uses(signal)]);
  const kinds = ["", "stage", "source"], names = { "": "All", stage: "Stages", source: "Sources" };
  let kind = kinds.includes(query.kind) ? query.kind : "", text = query.text ?? "";
  const rank = (plugin) => plugin.problem ? 0 : 1;
  const rows = table({
    label: "Plugins", key: ({ name }) => name, href: ({ name }) => at(name),
    load: async () => ({ data: data.filter((one) => (!kind || one.kind === kind) && `${one.name} ${one.summary ?? ""}`.toLowerCase().includes(text.toLowerCase())).toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1)), next_cursor: null }),
    columns: [
      { label: "Name", class: "nowrap", render: (plugin) => plugin.name },
      admin && { label: "State", render: standing },
      { label: "What it does", class: "summary", render: (plugin) => plugin.problem ? h("span", { class: "bad-text break" }, plugin.problem) : plugin.summary },
      { label: "Kind", wide: true, class: "nowrap", render: (plugin) => plugin.kind ?? "–" },
      { label: "Version", wide: true, render: (plugin) => h("span", { class: "nowrap" }, plugin.version ?? "–", plugin.revision != null && h("span", { class: "faint" }, ` r${plugin.revision}`)) },
      { label: "Used by", wide: true, class: "nowrap", render: (plugin) => usedBy(used.get(plugin.name)) },
    ].filter(Boolean),
    empty: () => text || kind ? empty("No such plugin", "None has this in its name or summary.") : empty("No plugins", "A plugin is a folder with plugin.lua in the gateway's plugin folder."),
  });
  const buttons = kinds.map((one) => h("button", { type: "button", "aria-pressed": String(one === kind), on: { click: () => { kind = one; buttons.forEach((element, i) => element.setAttribute("aria-pressed", String(kinds[i] === kind))); changed(); } } }, names[one]));
  const changed = () => { setQuery({ kind, text }); rows.reload(); };
  const search = h("input", { type: "search", value: text, placeholder: "Name or summary", on: { input: () => { text = search.value; changed(); } } });
  const refused = data.filter(({ problem }) => problem);
  return h("div", { class: "stack" },
    refused.length > 0 && h("div", { class: "note bad" }, h("div", null, h("strong", null, `${plural(refused.length, "plugin")} refused. `), "What is on disk cannot be used. Where a version loaded before, it goes on; saving a mended file is enough, nothing is restarted.")),
    h("div", { class: "filters" }, field({ label: "Find", input: search }), h("div", { class: "segments", role: "group", "aria-label": "Kind" }, buttons)), rows);
}
const usedBy = (users) => users ? [users.webhooks.length && plural(users.webhooks.length, "webhook"), users.sources.length && plural(users.sources.length, "source")].filter(Boolean).join(", ") : h("span", { class: "faint" }, "–");

// ---- one plugin

async function show({ params, query, page, signal }) {
  const admin = isAdmin();
  const plugin = await api.get(`/v1/plugins/${encodeURIComponent(params.name)}`, {}, { signal });
  page.crumbs(["/plugins", "Plugins"]);
  page.title(plugin.name);
  page.sub(h("span", { class: "row" }, admin && standing(plugin), plugin.kind && h("span", { class: "tag" }, plugin.kind), plugin.version && h("span", null, `version ${plugin.version}`), plugin.revision != null && h("span", { class: "faint" }, `revision ${plugin.revision}`)), plugin.summary && h("p", null, plugin.summary));
  page.actions(plugin.kind === "stage" && plugin.revision != null && button("Copy as a stage", { icon: "copy", on: { click: () => copy(stage(plugin)) } }), plugin.kind && plugin.revision != null && link(newUser(plugin), plugin.kind === "source" ? "Make a source" : "Make a webhook", { class: "button primary" }));
  const loaded = plugin.revision != null;
  const list = [
    admin && { id: "readme", label: "README", render: () => readme(plugin) },
    loaded && { id: "options", label: `Options (${Object.keys(plugin.options ?? {}).length})`, render: () => options(plugin) },
    admin && loaded && { id: "cases", label: "Cases", render: () => caseList(plugin, signal) },
    admin && loaded && { id: "code", label: "Code", render: () => later(files(plugin, plugin.revision, signal)) },
    admin && loaded && { id: "versions", label: "Versions", render: () => versions(plugin, signal) },
    { id: "uses", label: "Used by", render: () => later(users(plugin, signal)) },
  ].filter(Boolean);
  return h("div", { class: "stack" },
    plugin.problem && h("div", { class: "note bad" }, h("div", null, h("strong", null, loaded ? `What is on disk is refused; revision ${plugin.revision} goes on.` : "It is refused, and no version of it ever loaded."), h("pre", { class: "wrap" }, plugin.problem), h("p", { class: "muted" }, "Save a mended file: it is taken within a second. ", h("code", null, `tidehook plugins check ${plugin.name}`), " says more."))),
    tabs(list, { selected: list.some(({ id }) => id === query.tab) ? query.tab : !loaded ? "uses" : admin ? "readme" : "options", label: "About this plugin", onSelect: (id) => setQuery({ tab: id }) }));
}

// What is being loaded stands in the place of what comes.
function later(promise) {
  const slot = h("div", { "aria-busy": "true" }, h("p", { class: "faint" }, "Loading…"));
  promise.then((node) => put(slot, node), (error) => { if (error.name !== "AbortError") put(slot, failed(error)); }).finally(() => slot.removeAttribute("aria-busy"));
  return slot;
}

const stage = ({ name, options: declared }) => {
  const needed = Object.entries(declared ?? {}).filter(([, option]) => option.required).map(([key, option]) => [key, option.secret ? "the secret" : option.enum?.[0] ?? { string: "", integer: 0, number: 0, boolean: false, array: [], object: {} }[option.type] ?? null]);
  return formatJSON({ plugin: name, options: Object.fromEntries(needed) }, 0);
};

function readme(plugin) {
  if (plugin.readme) return panel({ title: null }, markdown(plugin.readme.replace(/^# .*\n+/, ""), { level: 1, resolve: (target) => target.match(/^\.\.\/([a-z][a-z0-9-]*)\/README\.md(#.*)?$/)?.[1] ? at(target.split("/")[1]) : null }));
  return panel({ title: null }, plugin.readme === null ? empty("No README", "A README.md beside plugin.lua tells your colleagues what it sends.") : empty("The README is not served", h("span", null, "This gateway does not show READMEs. ", h("code", null, `tidehook plugins show ${plugin.name}`), " prints it.")));
}

function options(plugin) {
  const declared = Object.entries(plugin.options ?? {}), has = (value) => value && Object.keys(value).length > 0;
  const rules = (option) => [option.enum && ["one of ", option.enum.map((one, i) => [i > 0 && ", ", h("code", null, String(one))])], option.items && `of ${option.items}s`, option.min != null && `at least ${count(option.min)}`, option.max != null && `at most ${count(option.max)}`, option.pattern && ["matches ", h("code", null, option.pattern)]].filter(Boolean);
  const one = ([name, option]) => h("tr", null,
    h("th", { scope: "row" }, h("code", null, name), " ", option.required && badge("required", "warn"), option.secret && badge("secret", "neutral", "Never shown again")),
    h("td", null, option.type), h("td", null, option.default === undefined ? h("span", { class: "faint" }, "–") : h("code", null, typeof option.default === "string" ? option.default : formatJSON(option.default, 0))),
    h("td", { class: "break" }, inline(option.description ?? ""), rules(option).length > 0 && h("div", { class: "faint" }, rules(option).map((rule, i) => [i > 0 && " · ", rule]))));
  return h("div", { class: "stack" },
    declared.length ? panel({ title: "Options", flush: true }, h("div", { class: "scroll" }, h("table", { class: "options", "aria-label": "Options" }, h("thead", null, h("tr", null, ["Option", "Type", "Default", "Meaning"].map((text) => h("th", { scope: "col" }, text)))), h("tbody", null, declared.map(one))))) : panel("Options", h("p", { class: "muted" }, "It takes none.")),
    panel("What it defines", h("div", { class: "row" }, (plugin.functions ?? []).map((name) => h("code", { class: "tag" }, name)))),
    has(plugin.preset) && panel("What it brings to a source", preset(plugin.preset)),
    has(plugin.defaults) && panel("Settings that it suggests for a webhook", code(formatJSON(plugin.defaults), "json", { label: "Suggested settings" })));
}
const preset = ({ verify, dedupe, methods, open_methods: open }) => facts([
  ["Verification", verify && h("code", null, Object.values(verify).join(" "))], ["Repeats", dedupe && [dedupe.header ? "header " : "body's ", h("code", null, dedupe.header ?? dedupe.path), h("span", { class: "faint" }, dedupe.window_secs ? ` for ${duration(dedupe.window_secs * 1e6)}` : "")]],
  ["Methods", methods?.join(", ")], ["Without verification", open?.join(", ")]]);

const revision = (plugin, number, signal) => api.get(`/v1/plugins/${encodeURIComponent(plugin.name)}/revisions/${number}`, {}, { signal });
async function files(plugin, number, signal) {
  const { files: texts } = await revision(plugin, number, signal);
  const names = Object.keys(texts).toSorted((a, b) => b.startsWith(`${plugin.name}/`) - a.startsWith(`${plugin.name}/`) || b.endsWith("/plugin.lua") - a.endsWith("/plugin.lua") || (a < b ? -1 : 1));
  const slot = h("div");
  const chosen = select(names, { value: names[0], on: { change: () => open() } }), open = () => put(slot, code(texts[chosen.value], "lua", { label: chosen.value, lines: true }));
  open();
  return h("div", null, names.length > 1 ? h("div", { class: "filters" }, field({ label: "File", input: chosen })) : h("p", { class: "mono" }, names[0]), slot);
}

function versions(plugin, signal) {
  const slot = h("div");
  const rows = table({
    label: "Versions", key: (one) => String(one.revision), load: (cursor) => api.get(`/v1/plugins/${encodeURIComponent(plugin.name)}/revisions`, { limit: 50, cursor }, { signal }),
    columns: [
      { label: "Revision", render: (one) => [h("strong", null, String(one.revision)), " ", one.revision === plugin.revision && badge("in use", "ok")] },
      { label: "First loaded", render: (one) => time(one.created_at) },
      { label: "Content", wide: true, render: (one) => h("span", { class: "id", title: one.digest }, one.digest.slice(0, 12)) },
    ],
    actions: (one) => one.revision > 1 && button("What changed", { small: true, on: { click: async () => put(slot, await changes(plugin, one.revision, signal)) } }),
    empty: empty("No versions", null),
  });
  return h("div", { class: "stack" }, rows, slot);
}
async function changes(plugin, number, signal) {
  const [before, after] = (await Promise.all([revision(plugin, number - 1, signal), revision(plugin, number, signal)])).map(({ files: texts }) => texts);
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => before[name] !== after[name]).toSorted();
  return panel(`Revision ${number - 1} to ${number}`, h("div", { class: "stack" }, names.length ? names.map((name) => h("div", { class: "stack tight" }, h("h3", { class: "mono" }, name), diff(before[name] ?? "", after[name] ?? ""))) : h("p", { class: "muted" }, "The same files.")));
}

async function users(plugin, signal) {
  const { webhooks, sources } = usersOf(await uses(signal), plugin.name);
  if (!webhooks.length && !sources.length) return panel({ title: null }, empty("Nobody uses it", plugin.revision == null ? "It can be used once it is loaded." : plugin.kind === "source" ? "No source is made with it." : "No webhook has it in its pipeline.", plugin.revision != null && link(newUser(plugin), plugin.kind === "source" ? "Make a source" : "Make a webhook", { class: "button" })));
  const rows = (title, list, to, last) => list.length > 0 && panel({ title, flush: true }, table({ label: title, load: async () => ({ data: list, next_cursor: null }), href: (one) => `${to}/${one.id}`, columns: [{ label: "Name", render: (one) => one.name }, last, { label: "Id", wide: true, render: (one) => h("span", { class: "id" }, one.id) }] }));
  return h("div", { class: "stack" },
    rows("Webhooks", webhooks, "/webhooks", { label: "State", render: health }),
    rows("Sources", sources, "/sources", { label: "State", render: (one) => one.active ? badge("active", "ok") : badge("paused", "held") }));
}

export default [
  { path: "/plugins", title: "Plugins", render: list },
  { path: "/plugins/:name", title: "Plugin", render: show },
];
