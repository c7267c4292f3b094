// What the forms of webhooks are made of: parts that read themselves, and find the place of a refusal by the path that the API names.
import { field, h, select } from "../kit.js";

/** What the API shows in place of a secret, and takes for "as it is stored". */
export const STORED = "<secret>";

/**
 * A part is `{node, read()}`, with `peek()` where reading takes over what is half typed; `read` throws a `Problem` for what cannot be sent, and gives `undefined` for what is left out. `errors` are the places of refusals: paths as the API has them, each with
 * an element that has `setError`.
 */
export class Problem extends Error {
  constructor(path, message) {
    super(message);
    this.path = path;
  }
}

const steps = (path) => path.replace(/\[(\d+)\]/g, ".$1").split(".");
/** Whether `path` is `part` or within it. */
const within = (path, part) => steps(part).every((step, i) => steps(path)[i] === step);

/** The places where refusals stand: `at(path, field)` makes one, `show(path, text)` finds the closest and opens what it is folded in. */
export class Errors {
  #places = [];

  /** Registers a field; `path` may be a function, for what moves. */
  at(path, place) {
    this.#places.push({ path: typeof path === "function" ? path : () => path, place });
    return place;
  }
  // What is not on the page now may be put back.
  #live() { return this.#places.filter(({ place }) => place.isConnected); }
  /** The place that knows the longest part of a path. */
  place(path) {
    const found = this.#live().map(({ path: own, place }) => ({ own: own(), place })).filter(({ own }) => within(path, own));
    return found.toSorted((a, b) => steps(b.own).length - steps(a.own).length)[0]?.place ?? null;
  }
  /** Shows a refusal at its place; false when there is none. */
  show(path, text, { focus } = {}) {
    const place = path && this.place(path);
    if (!place) return false;
    place.setError(text.startsWith(`${path}: `) ? text.slice(path.length + 2) : text);
    if (focus) {
      for (let at = place.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
      (place.control ?? place).focus();
    }
    return true;
  }
  clear() { for (const { place } of this.#live()) place.setError(null); }
}

const LIMITS = ({ min, max, whole, unit }) => [whole ? "a whole number" : "a number", min != null && max != null ? ` of ${min} to ${max.toLocaleString("en")}` : min != null ? ` of at least ${min}` : "", unit ? `, in ${unit}` : ""].join("");

/** A number; empty is `empty` (undefined: left out). `above`: the least value is not allowed itself. */
export function numberPart(errors, path, { label, hint, value, min, max, whole, above, unit, placeholder, empty, required }) {
  const input = h("input", { type: "number", value: value ?? "", min, max, step: whole ? 1 : "any", inputmode: whole ? "numeric" : "decimal", placeholder: placeholder == null ? null : String(placeholder), autocomplete: "off" });
  const node = errors.at(path, field({ label: unit ? `${label}, ${unit}` : label, hint, input }));
  const problem = () => {
    const text = input.value.trim(), n = Number(text);
    if (input.validity.badInput) return `Expected ${LIMITS({ min, max, whole })}.`;
    if (text === "") return required ? "This is required." : null;
    return isNaN(n) || whole && !Number.isInteger(n) || n < min || n > max || above && n <= min ? `Expected ${LIMITS({ min, max, whole })}.` : null;
  };
  input.addEventListener("input", () => node.setError(problem()));
  return { node, input, read: () => { const text = problem(); if (text) throw new Problem(typeof path === "function" ? path() : path, text); return input.value.trim() === "" ? empty : Number(input.value); } };
}

/** A line of text; empty is `empty`. `check(text)` says what is wrong with it. */
export function textPart(errors, path, { label, hint, value, placeholder, empty, check, required, rows, mono, list, secret, stored }) {
  const props = { value: value ?? "", placeholder: stored ? "stored; stays as it is when this is empty" : placeholder, spellcheck: "false", autocomplete: secret ? "new-password" : "off", list, class: mono && "mono" };
  const input = rows ? h("textarea", { ...props, rows }) : h("input", { ...props, type: secret ? "password" : "text" });
  const node = errors.at(path, field({ label, hint, input }));
  const problem = () => { const text = input.value.trim(); return text === "" ? required && !stored ? "This is required." : null : check?.(text) ?? null; };
  input.addEventListener("input", () => { if (node.classList.contains("invalid") || check) node.setError(input.value.trim() === "" ? null : problem()); });
  input.addEventListener("blur", () => { if (node.classList.contains("invalid")) node.setError(problem()); });
  return { node, input, read: () => {
    const text = problem();
    if (text) throw new Problem(typeof path === "function" ? path() : path, text);
    const given = rows || secret ? input.value : input.value.trim();
    return given.trim() === "" ? stored ? STORED : empty : given;
  } };
}

/** A choice; `options` are `[value, text]`. */
export function choicePart(errors, path, { label, hint, value, options, changed }) {
  const input = select(options, { value: value ?? options[0][0], on: { change: () => changed?.(input.value) } });
  return { node: errors.at(path, field({ label, hint, input })), input, read: () => input.value };
}

export function checkPart(errors, path, { label, hint, value, changed }) {
  const input = h("input", { type: "checkbox", checked: !!value, on: { change: () => changed?.(input.checked) } });
  return { node: errors.at(path, field({ label, hint, input, inline: true })), input, read: () => input.checked };
}

/** Parts that are there only while a box is checked; else the value is `off`. */
export function switchedPart(errors, path, { label, hint, value, off = null, parts, changed }) {
  const inner = h("div", { class: "subfields" }, parts.map((part) => part.node));
  const box = checkPart(errors, path, { label, hint, value, changed: (on) => { inner.hidden = !on; changed?.(on); } });
  inner.hidden = !value;
  return { node: h("div", { class: "switched" }, box.node, inner), box: box.input, isOn: () => box.input.checked, read: (make) => box.input.checked ? make() : off };
}

/** Rows that are added and taken away: `row(value)` is `{node, read()}`. */
export function rowsPart(errors, path, { label, add, values, row, name }) {
  const rows = [], list = h("ul", { class: "rows" });
  const place = errors.at(path, h("div", { class: "rows-part", role: "group", "aria-label": label }));
  const message = h("p", { class: "error", hidden: true });
  place.setError = (text) => { message.textContent = text ?? ""; message.hidden = !text; };
  const insert = (value) => {
    const made = row(value, () => rows.indexOf(made));
    const item = h("li", null, made.node, h("button", { type: "button", class: "button quiet small", on: { click: () => {
      rows.splice(rows.indexOf(made), 1);
      item.remove();
      adder.focus();
      place.dispatchEvent(new Event("input", { bubbles: true }));
    } } }, "Remove", h("span", { class: "hidden" }, ` ${name}`)));
    rows.push(made);
    list.append(item);
    return made;
  };
  const adder = h("button", { type: "button", class: "button small", on: { click: () => { const made = insert(null); made.node.querySelector("input, select, textarea")?.focus(); } } }, add);
  for (const value of values) insert(value);
  place.append(list, adder, message);
  place.control = adder;
  return { node: place, rows, read: () => rows.map((one) => one.read()) };
}
