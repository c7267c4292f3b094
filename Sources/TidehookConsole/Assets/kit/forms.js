// Forms, tabs, and how far something has come. For pages; the first one has none of it.

import { ApiError, button, count, field, formatJSON, h, parseJSON, put, select, session, toast, uid } from "../kit.js";

// The forms that were left with changes, with their elements as they were, by key and place; in this page's memory alone, because they may hold secrets.
const left = new Map();
window.addEventListener("tidehook-forget", () => left.clear());
const nameOf = (place) => `${session.key.id} ${place}`;

/** The form that was left at a place by the same key; `null` when there is none. */
export function returned(place) {
  const name = nameOf(place), form = left.get(name) ?? null;
  left.delete(name);
  return form;
}

/** Keeps a form that has changes until its place is opened again, wherever one goes meanwhile, but for signing out; a browser that loads the page anew asks first. */
export function keepWhenLeft(place, form, hasChanges, signal) {
  const isOpen = () => hasChanges() && session.key;
  window.addEventListener("beforeunload", (event) => { if (isOpen()) event.preventDefault(); }, { signal });
  signal.addEventListener("abort", () => {
    if (!isOpen()) return;
    left.set(nameOf(place), form);
    toast("What you changed is kept until you come back to it");
  });
}

/** What stands above a form that is there again. */
export const startOver = (click) => h("div", { class: "note with-actions" }, h("span", null, "What you changed before you left is here again."), button("Start over", { small: true, on: { click } }));

/**
 * A form: `form({fields, submit, cancel, danger, onSubmit(values)})`; a field is `{name, label, type, value, hint, required, options, placeholder, validate(value, values), rows, min, max, step}` of the
 * types text, url, number, password, textarea, json, select, checkbox, list (comma separated), or `{node}`. An ApiError that `onSubmit` throws stands at the field that it names.
 */
export function form({ fields, submit = "Save", cancel, kind = "primary", onSubmit, onInput }) {
  const parts = new Map();
  const general = h("p", { class: "error", role: "alert", hidden: true });
  const nodes = fields.map((spec) => {
    if (spec.node) return spec.node;
    const built = formField(spec);
    parts.set(spec.name, { spec, built });
    return built;
  });
  const values = () => Object.fromEntries([...parts].map(([name, { spec, built }]) => [name, readField(spec, built.control)]));
  const setError = (name, text) => {
    const at = name && (parts.get(name) ?? [...parts].find(([key]) => name.startsWith(key + ".") || name.startsWith(key + "["))?.[1]);
    if (at) { at.built.setError(text); if (text) at.built.control.focus(); } else { general.textContent = text ?? ""; general.hidden = !text; }
  };
  const check = (name) => {
    const { spec, built } = parts.get(name);
    let problem = null;
    try {
      const value = readField(spec, built.control);
      problem = spec.required && (value === "" || value == null || Array.isArray(value) && !value.length) ? "This is required." : spec.validate?.(value, values()) ?? null;
    } catch (error) { problem = error.message; }
    built.setError(problem);
    return !problem;
  };
  const element = h("form", { class: "form", novalidate: true, on: { submit: async (event) => {
    event.preventDefault();
    setError(null, null);
    const wrong = [...parts.keys()].filter((name) => !check(name));
    if (wrong.length) { parts.get(wrong[0]).built.control.focus(); return; }
    go_.disabled = true;
    try { await onSubmit(values()); } catch (error) {
      if (error instanceof ApiError) setError(error.field, error.message); else if (error.name !== "AbortError") { setError(null, error.message); console.error(error); }
    } finally { go_.disabled = false; }
  } } }, nodes, general, h("div", { class: "form-actions" }));
  const go_ = button(submit, { kind, type: "submit" });
  put(element.lastChild, go_, cancel && button("Cancel", { on: { click: cancel } }));
  for (const [name, { built }] of parts) {
    built.control.addEventListener("input", () => { if (built.classList.contains("invalid")) check(name); try { onInput?.(values()); } catch { /* unfinished JSON */ } });
    built.control.addEventListener("blur", () => { if (built.control.value || built.classList.contains("invalid")) check(name); });
  }
  return Object.assign(element, { values, setError, control: (name) => parts.get(name)?.built.control });
}
function formField(spec) {
  const { type = "text", value, hint, required, label } = spec;
  const props = { name: spec.name, placeholder: spec.placeholder, required: required || null, autocomplete: spec.autocomplete ?? "off", spellcheck: "false", min: spec.min, max: spec.max, step: spec.step, autofocus: spec.autofocus };
  const shown = type === "json" ? value === undefined ? "" : formatJSON(value) : type === "list" ? (value ?? []).join(", ") : value;
  const input = type === "select" ? select(spec.options, { name: spec.name, value }) : type === "textarea" || type === "json" ? h("textarea", { ...props, rows: spec.rows ?? 4, class: type === "json" && "mono", value: shown ?? "" })
    : type === "checkbox" ? h("input", { type, name: spec.name, checked: !!value }) : h("input", { ...props, type: type === "list" || type === "url" ? "text" : type, inputmode: type === "url" ? "url" : null, value: shown ?? "" });
  return field({ label, hint, input, optional: spec.optional, inline: type === "checkbox" });
}
function readField({ type, label }, control) {
  if (type === "checkbox") return control.checked;
  const text = control.value.trim();
  if (type === "number") { if (text === "") return null; if (isNaN(Number(text))) throw new Error(`${label} is a number.`); return Number(text); }
  if (type === "list") return text.split(/[,\n]/).map((part) => part.trim()).filter(Boolean);
  if (type === "json") { if (text === "") return null; try { return parseJSON(text); } catch (error) { throw new Error(`This is no JSON: ${error.message}`); } }
  return type === "textarea" || type === "password" ? control.value : text;
}

/** Tabs: `tabs([{id, label, render()}], {selected, onSelect(id)})`; arrow keys change between them. */
export function tabs(list, { selected = list[0]?.id, onSelect, label = "Sections" } = {}) {
  const panel = h("div", { class: "tabpanel", role: "tabpanel", tabindex: 0, id: uid("panel") });
  const buttons = list.map(({ id, label: text }) => h("button", { type: "button", role: "tab", id: uid("tab"), "aria-controls": panel.id, dataset: { id }, on: { click: () => choose(id, true) } }, text));
  const choose = (id, told) => {
    const at = Math.max(0, list.findIndex((tab) => tab.id === id));
    buttons.forEach((element, i) => { element.setAttribute("aria-selected", i === at); element.tabIndex = i === at ? 0 : -1; });
    panel.setAttribute("aria-labelledby", buttons[at].id);
    put(panel, list[at].render());
    if (told) onSelect?.(list[at].id);
  };
  const bar_ = h("div", { class: "tabs", role: "tablist", "aria-label": label, on: { keydown: (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = buttons[(buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length];
    next.focus();
    next.click();
  } } }, buttons);
  const element = h("div", { class: "tabbed" }, bar_, panel);
  element.select = (id) => choose(id, false);
  if (list.length) choose(selected, false);
  return element;
}

/** How far something has come. It has `update(done, total)`. */
export function progress(done, total, label = "Progress") {
  const meter = h("progress", { "aria-label": label }), text = h("span", { class: "faint" });
  const element = h("div", { class: "progress" }, meter, text);
  element.update = (now, all) => {
    if (all == null) meter.removeAttribute("value"); else { meter.max = Math.max(1, all); meter.value = now; }
    text.textContent = all == null ? count(now) : `${count(now)} of ${count(all)}`;
  };
  element.update(done, total);
  return element;
}
