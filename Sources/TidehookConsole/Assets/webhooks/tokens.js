// A field of several short texts, each a token that is added with Enter or a comma and taken away with its button or Backspace.
import { field, h, icon, put } from "../kit.js";
import { Problem } from "./parts.js";

const PATTERN = /^(\*|[A-Za-z0-9_.-]{1,256}|[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.\*)$/;

/** The patterns of event types; `known` is a promise of types that are suggested. */
export function patternsPart(errors, path, { label, hint, values, known }) {
  const tokens = [...values], chips = h("span", { class: "tokens" }), datalist = h("datalist", { id: `${path}-known` });
  const input = h("input", { autocomplete: "off", spellcheck: "false", placeholder: "memory.created, memory.*, *", list: datalist.id });
  const node = errors.at(path, field({ label, hint, input: h("div", { class: "token-box" }, chips, input, datalist) }));
  const tell = () => node.dispatchEvent(new Event("input", { bubbles: true }));
  const draw = () => put(chips, tokens.map((token, i) => h("span", { class: "tag token" }, token, h("button", { type: "button", "aria-label": `Remove ${token}`, on: { click: () => { tokens.splice(i, 1); draw(); input.focus(); tell(); } } }, icon("close", 10)))));
  const typed = () => input.value.split(/[,\s]+/).filter(Boolean), wrongOf = (given) => given.find((text) => !PATTERN.test(text));
  // The wrong text that is marked; the other errors of this field are about its tokens.
  let marked = false;
  const mark = (text) => { marked = text !== null; node.setError(text); };
  const take = () => {
    const given = typed(), wrong = wrongOf(given);
    if (wrong !== undefined) mark(`${wrong}: expected a type like memory.created, memory.* or *.`);
    if (wrong !== undefined || !given.length) return wrong === undefined;
    for (const text of given) if (!tokens.includes(text)) tokens.push(text);
    input.value = "";
    mark(null);
    draw();
    tell();
    return true;
  };
  // A half-typed text is nobody's mistake yet; one that was marked is looked at again.
  const look = () => { if (marked ? wrongOf(typed()) === undefined : tokens.length && !input.value) mark(null); };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && input.value.trim()) { event.preventDefault(); take(); } else if (event.key === "Backspace" && input.value === "" && tokens.length) { tokens.pop(); draw(); tell(); }
  });
  input.addEventListener("input", (event) => { if (/[,\s]/.test(input.value) || event.inputType === "insertReplacementText") take(); else look(); });
  input.addEventListener("change", take);
  input.addEventListener("blur", take);
  draw();
  known?.then((types) => put(datalist, types.map((type) => h("option", { value: type }))), () => {});
  /** The tokens as they are, without taking what is half typed. */
  const peek = () => tokens.length ? [...tokens] : null;
  return { node, peek, read: () => {
    if (!take()) throw new Problem(path, "Expected types like memory.created, memory.* or *.");
    if (!tokens.length) throw new Problem(path, "At least one type is required; * is every type.");
    return [...tokens];
  } };
}
