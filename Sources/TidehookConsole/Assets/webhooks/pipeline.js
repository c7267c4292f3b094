// The pipeline builder: stages in their order, moved by keyboard and pointer, with a form of options made from what each plugin declares.
import { api, formatJSON, h, icon, liveRegion, parseJSON, path, link, plural, put, select, toast } from "../kit.js";
import { code } from "../kit/text.js";
import { isAdmin } from "../pages/access.js";
import { Problem, STORED, checkPart, choicePart, numberPart, textPart } from "./parts.js";

export const SCRIPT = "-- What this returns is sent; nothing, and the event goes on as it is.\nfunction transform(event, ctx)\n  return event\nend\n";

// ---- options

const isLong = (name, spec) => ["text", "template", "summary", "twiml"].includes(name) || (spec.max ?? 0) > 4096;
const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);
/** What an option may be, in a few words. */
function hintOf(spec) {
  const bounds = spec.type === "array" && (spec.min || spec.max) ? [spec.min ?? 0, spec.max].filter((n) => n != null).join(" to ") + " of them" : null;
  const standard = spec.default !== undefined && spec.default !== "" && spec.type !== "boolean" ? `Unless given: ${typeof spec.default === "string" ? spec.default : formatJSON(spec.default, 0)}` : null;
  return [spec.description, spec.type === "array" && spec.items === "string" && `One per line${bounds ? `, ${bounds}` : ""}.`, spec.type === "object" || spec.items === "object" ? "As JSON." : null, standard].filter(Boolean).join(" ");
}
const isJSON = (spec) => spec.type === "object" || spec.type === "array" && spec.items !== "string";
const readmes = new Map();
/** The options of a plugin as its README shows them, in stages of its own that stand there as JSON. */
async function examples(name) {
  if (!readmes.has(name)) readmes.set(name, api.get(`/v1/plugins/${encodeURIComponent(name)}`).then(({ readme }) => readme ?? "", () => ""));
  const stages = [...(await readmes.get(name)).matchAll(/```json\n([^]*?)```/g)].map(([, text]) => { try { return parseJSON(text); } catch { return null; } });
  return Object.assign({}, ...stages.filter((stage) => stage?.plugin === name).map(({ options }) => options));
}
const onOneLine = (value) => formatJSON(value).replace(/\n */g, " ");
const onLines = (value) => Array.isArray(value) ? `[${value.map(onOneLine).join(",\n")}]` : onOneLine(value);
/** Shows in the empty fields of options that are JSON what may stand there: the README's example, or that of an option of the same kind. */
async function exemplify(name, specs, parts) {
  const known = await examples(name), like = (spec) => specs.find(([other, one]) => other in known && one.type === spec.type && one.items === spec.items)?.[0];
  for (const [i, [option, spec]] of specs.entries()) {
    const value = known[option] ?? known[like(spec)];
    if (isJSON(spec) && value !== undefined) parts[i][1].input.placeholder = onLines(value);
  }
}
/** One option as a part; `read` gives undefined for one that is left out. */
function optionPart(errors, at, name, spec, value) {
  const props = { label: name, hint: hintOf(spec), required: spec.required };
  if (spec.type === "boolean") {
    const part = choicePart(errors, at, { ...props, value: value === undefined ? "" : String(value), options: [["", `as usual (${spec.default ? "yes" : "no"})`], ["true", "yes"], ["false", "no"]] });
    return { ...part, read: () => ({ "": undefined, true: true, false: false })[part.input.value] };
  }
  if (spec.type === "integer" || spec.type === "number") return numberPart(errors, at, { ...props, value, min: spec.min, max: spec.max, whole: spec.type === "integer", placeholder: spec.default });
  if (spec.enum) {
    const part = choicePart(errors, at, { ...props, value: value ?? "", options: [...(spec.required ? [] : [["", spec.default ? `as usual (${spec.default})` : "not given"]]), ...spec.enum.map((one) => [one, one])] });
    return { ...part, read: () => part.input.value || undefined };
  }
  if (spec.type === "array" && spec.items === "string") {
    const part = textPart(errors, at, { ...props, rows: 2, value: (value ?? []).join("\n") });
    return { ...part, read: () => { const text = part.read(); return text === undefined ? undefined : lines(text); } };
  }
  if (spec.type === "string") return textPart(errors, at, { ...props, value: value === STORED ? "" : value, stored: value === STORED, secret: spec.secret, rows: isLong(name, spec) ? 4 : null, mono: isLong(name, spec), placeholder: spec.default, check: (text) => text.length > (spec.max ?? Infinity) ? `At most ${spec.max} characters.` : null });
  const part = textPart(errors, at, { ...props, rows: 4, mono: true, value: value === undefined ? "" : formatJSON(value), check: (text) => { try { parseJSON(text); return null; } catch (error) { return `This is no JSON: ${error.message}`; } } });
  return { ...part, read: () => { const text = part.read(); return text === undefined ? undefined : parseJSON(text); } };
}
/** The form of a plugin's options: what is required or set stands open, the rest folds. */
function optionsForm(errors, at, plugin, values) {
  const specs = Object.entries(plugin.options ?? {}), shown = ([name, spec]) => spec.required || values[name] !== undefined || specs.length <= 6;
  const parts = specs.map(([name, spec]) => [name, optionPart(errors, () => `${at()}.options.${name}`, name, spec, values[name])]);
  const node = (which) => parts.filter(([name], i) => which(specs[i])).map(([, part]) => part.node);
  const rest = node((one) => !shown(one));
  if (specs.some(([, spec]) => isJSON(spec))) exemplify(plugin.name, specs, parts);
  return { node: [h("div", { class: "option-fields" }, node(shown)), rest.length ? h("details", null, h("summary", null, `${rest.length} more options`), h("div", { class: "option-fields" }, rest)) : null, !specs.length && h("p", { class: "muted" }, "It takes no options.")],
    read: () => Object.fromEntries(parts.map(([name, part]) => [name, part.read()]).filter(([, value]) => value !== undefined)) };
}
/** For plugins that are not loaded: the options as JSON. */
function rawOptions(errors, at, values) {
  const part = textPart(errors, () => `${at()}.options`, { label: "Options", hint: "As JSON. What the plugin takes cannot be seen here.", rows: 4, mono: true, value: formatJSON(values), empty: "{}", check: (text) => { try { parseJSON(text); return null; } catch (error) { return `This is no JSON: ${error.message}`; } } });
  return { node: part.node, read: () => parseJSON(part.read()) };
}

// ---- stages

function scriptStage(errors, at, stage, { webhook, index, isStored }) {
  const part = textPart(errors, () => `${at()}.script`, { label: "Lua script", value: stage.script, rows: Math.min(18, Math.max(6, stage.script.split("\n").length + 1)), mono: true, required: true });
  part.input.addEventListener("keydown", (event) => { if (event.key === "Tab" && !event.shiftKey && part.input.selectionStart !== part.input.selectionEnd) { event.preventDefault(); part.input.setRangeText("  ", part.input.selectionStart, part.input.selectionEnd, "end"); } });
  const studio = webhook && isStored ? link(path("/studio", { webhook, stage: index() }), "Open the stored script in the studio", { target: "_blank", class: "button small" }) : link(path("/studio", { webhook, stage: webhook && "last" }), "Write it in the studio", { target: "_blank", class: "button small" });
  return { title: "Script", about: "Filters or reshapes with Lua", node: [part.node, h("div", { class: "row" }, studio, stage.cases?.length ? h("span", { class: "muted" }, `${plural(stage.cases.length, "case")}, run when a changed script is saved`) : null)], read: () => ({ script: part.read(), ...(stage.cases?.length ? { cases: stage.cases } : {}) }) };
}
function pluginStage(errors, at, stage, { plugins, suggest }) {
  const plugin = plugins.get(stage.plugin), form = plugin && !plugin.problem ? optionsForm(errors, at, plugin, stage.options ?? {}) : rawOptions(errors, at, stage.options ?? {});
  const rate = plugin?.defaults?.rate_limit;
  const manual = isAdmin() && Object.values(plugin?.options ?? {}).some(isJSON) && h("p", { class: "muted" }, "What these may be, with examples: ", link(`/plugins/${encodeURIComponent(stage.plugin)}`, `README of ${stage.plugin}`, { target: "_blank", class: "inline" }));
  return { title: stage.plugin, about: plugin?.summary, node: [plugin?.problem && h("p", { class: "note bad" }, plugin.problem), form.node, manual, rate && suggest ? h("p", { class: "muted" }, `Its receivers take about ${rate}. `, h("button", { type: "button", class: "button small", on: { click: () => suggest(rate) } }, "Limit the rate so")) : null],
    read: () => { const options = form.read(); return Object.keys(options).length ? { plugin: stage.plugin, options } : { plugin: stage.plugin, options: {} }; } };
}

/** The builder. `plugins`: the plugins by name. It has `node`, `read()` and `line()`. */
export function pipelinePart(errors, pipeline, context) {
  const stages = [], removals = [], list = h("ol", { class: "stages", "aria-label": "Stages of the pipeline" }), nothing = h("p", { class: "muted" }, "No stages: every event goes out as it is.");
  const changed = () => { nothing.hidden = stages.length > 0; node.dispatchEvent(new Event("input", { bubbles: true })); };
  const place = (stage, at, said = true) => {
    const to = Math.min(stages.length - 1, Math.max(0, at)), from = stages.indexOf(stage);
    if (to === from) return;
    stages.splice(from, 1);
    stages.splice(to, 0, stage);
    const focused = document.activeElement;
    list.insertBefore(stage.item, stages[to + 1]?.item ?? null);
    if (stage.item.contains(focused)) focused.focus();
    number();
    changed();
    if (said) liveRegion(`${stage.made.title} is stage ${to + 1} of ${stages.length}`);
  };
  const number = () => stages.forEach((stage, i) => {
    stage.number.textContent = String(i + 1);
    stage.up.disabled = i === 0;
    stage.down.disabled = i === stages.length - 1;
  });
  const insert = (value, isStored = false) => {
    const stage = {}, index = () => stages.indexOf(stage), at = () => `pipeline[${index()}]`;
    stages.push(stage);
    stage.made = value.script != null ? scriptStage(errors, at, value, { ...context, index, isStored }) : pluginStage(errors, at, value, context);
    const control = (name, drawing, click) => h("button", { type: "button", class: "button quiet small square", "aria-label": `${name} ${stage.made.title}`, title: name, on: { click } }, icon(drawing));
    stage.number = h("span", { class: "stage-number" });
    stage.up = control("Move up", "up", () => place(stage, index() - 1));
    stage.down = control("Move down", "down", () => place(stage, index() + 1));
    const remove = control("Remove", "trash", () => {
      const was = index();
      stages.splice(was, 1);
      stage.item.remove();
      number();
      changed();
      // What was typed exists nowhere else.
      removals.push(toast(`${stage.made.title} is removed`, { undo: () => {
        const before = stages[was]?.item ?? null;
        stages.splice(was, 0, stage);
        list.insertBefore(stage.item, before);
        number();
        changed();
        remove.focus();
      } }));
      (stages.at(-1)?.up ?? chooser).focus();
    });
    const message = h("p", { class: "error", hidden: true });
    const head = h("div", { class: "stage-head", draggable: "true" }, h("span", { class: "grip", "aria-hidden": "true", title: "Drag to move" }, icon("menu", 14)), stage.number, h("strong", { class: "break" }, stage.made.title), h("span", { class: "muted grow break" }, stage.made.about ?? ""), stage.up, stage.down, remove);
    stage.item = h("li", { class: "stage" }, head, message, h("div", { class: "stage-body stack tight" }, stage.made.node));
    errors.at(at, Object.assign(stage.item, { setError: (text) => { message.textContent = text ?? ""; message.hidden = !text; }, control: remove }));
    head.addEventListener("keydown", (event) => { if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) { event.preventDefault(); place(stage, index() + (event.key === "ArrowUp" ? -1 : 1)); } });
    head.addEventListener("dragstart", (event) => { dragged = stage; event.dataTransfer.effectAllowed = "move"; event.dataTransfer.setData("text/plain", stage.made.title); stage.item.classList.add("dragged"); });
    head.addEventListener("dragend", () => { dragged = null; stage.item.classList.remove("dragged"); });
    stage.item.addEventListener("dragover", (event) => { if (!dragged) return; event.preventDefault(); if (dragged !== stage) place(dragged, index(), false); });
    stage.item.addEventListener("drop", (event) => { event.preventDefault(); if (dragged) liveRegion(`${dragged.made.title} is stage ${stages.indexOf(dragged) + 1}`); });
    list.append(stage.item);
    number();
    return stage;
  };
  let dragged = null;
  const kinds = [...context.plugins.values()].filter((one) => one.kind === "stage");
  const chooser = select([["", "Choose what it does…"], [" script", "Script in Lua"], ...kinds.map((one) => [one.name, `${one.name}: ${one.summary}`])], { "aria-label": "Stage to add" });
  const add = () => {
    const name = chooser.value;
    if (!name) return chooser.focus();
    const stage = insert(name === " script" ? { script: SCRIPT } : { plugin: name, options: {} });
    chooser.value = "";
    changed();
    liveRegion(`${stage.made.title} added as stage ${stages.length}`);
    (stage.item.querySelector(".stage-body input, .stage-body textarea, .stage-body select") ?? stage.down).focus();
  };
  const node = h("div", { class: "stack tight" }, nothing, list, h("div", { class: "row add-stage" }, chooser, h("button", { type: "button", class: "button", on: { click: add } }, icon("plus"), "Add stage")));
  for (const stage of pipeline) insert(stage, true);
  nothing.hidden = stages.length > 0;
  return { node, read: () => stages.map(({ made }) => made.read()), left: () => removals.forEach((gone) => gone()), count: () => stages.length };
}

/** A pipeline to look at. */
export const pipelineView = (pipeline, webhook) => pipeline.length ? h("ol", { class: "stages" }, pipeline.map((stage, i) => h("li", { class: "stage" }, h("div", { class: "stage-head" }, h("span", { class: "stage-number" }, String(i + 1)), stage.script != null ? [h("strong", { class: "grow" }, "Script"), stage.cases?.length ? h("span", { class: "muted" }, plural(stage.cases.length, "case")) : null, link(path("/studio", { webhook, stage: i }), "Open in the studio", { class: "button small" })]
  : h("strong", { class: "break" }, link(`/plugins/${encodeURIComponent(stage.plugin)}`, stage.plugin))), stage.script != null ? h("div", { class: "stage-body" }, code(stage.script, "lua", { label: `Script of stage ${i + 1}`, lines: true }))
  : Object.keys(stage.options ?? {}).length ? h("div", { class: "stage-body" }, code(formatJSON(stage.options), "json", { label: `Options of stage ${i + 1}` })) : null))) : h("p", { class: "muted" }, "No stages: every event goes out as it is.");
