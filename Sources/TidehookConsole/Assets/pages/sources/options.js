// A form's fields for the options that a plugin declares, and back.
import { inline } from "../plugins/markdown.js";

const PREFIX = "options.";
const limits = ({ min, max, items, pattern, type }) => [
  items && `of ${items}s`, min != null && max != null ? `${min} to ${max}` : min != null ? `at least ${min}` : max != null && `at most ${max}`,
  (min != null || max != null) && { string: "characters", array: "elements" }[type], pattern && `matching ${pattern}`].filter(Boolean).join(" ");

/** Fields for `form()`: one for each option of `schema`, with what is set in `values`. */
export const optionFields = (schema, values = {}) => Object.entries(schema ?? {}).map(([name, option]) => optionField(PREFIX + name, name, option, values[name]));

function optionField(name, label, option, value) {
  const hint = [inline(option.description ?? ""), limits(option) && ` (${limits(option)})`].filter(Boolean);
  const field = { name, label, hint, required: option.required, optional: !option.required, value, placeholder: option.default === undefined ? undefined : typeof option.default === "string" ? option.default : JSON.stringify(option.default) };
  if (option.enum) return { ...field, type: "select", options: [["", option.default === undefined ? "not set" : `${option.default} (default)`], ...option.enum.map((one) => [String(one), String(one)])], value: value === undefined ? "" : String(value) };
  if (option.type === "boolean") return { ...field, type: "select", options: [["", option.default === undefined ? "not set" : `${option.default} (default)`], ["true", "true"], ["false", "false"]], value: value === undefined ? "" : String(value) };
  if (option.type === "integer" || option.type === "number") return { ...field, type: "number", min: option.min, max: option.max, step: option.type === "integer" ? 1 : "any" };
  if (option.type === "string") return option.secret ? { ...field, type: "password", autocomplete: "off" } : { ...field, type: "text" };
  return { ...field, type: "json", rows: 3, placeholder: field.placeholder ?? (option.type === "array" ? "[ ]" : "{ }") };
}

/** The options that a form's values say; what was left empty keeps its default. */
export function readOptions(schema, values) {
  const options = {};
  for (const [name, option] of Object.entries(schema ?? {})) {
    const value = values[PREFIX + name];
    if (value === "" || value == null) continue;
    options[name] = option.enum ? option.enum.find((one) => String(one) === value) : option.type === "boolean" ? value === "true" : value;
  }
  return options;
}
