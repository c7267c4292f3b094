// What a script can call, to leaf through: the same descriptions that the suggestions show.

import { h, put } from "../kit.js";
import { CTX } from "./lua-library.js";
import { explained } from "./suggestions.js";

/** The reference. @param {{functions: Map<string, object>, problem: string|null}} library */
export function reference({ functions, problem }) {
  const list = h("div", { class: "st-reference" });
  const filter = h("input", { type: "search", "aria-label": "Filter functions", placeholder: "Filter: escape, time, json …", on: { input: () => draw() } });
  const draw = () => {
    const wanted = filter.value.trim().toLowerCase();
    const fits = [...functions.values()].filter(({ name, summary }) => !wanted || `${name} ${summary}`.toLowerCase().includes(wanted));
    const groups = [["Tidehook", fits.filter(({ origin }) => origin === "Tidehook")], ["Lua", fits.filter(({ origin }) => origin === "Lua")]];
    put(list, groups.filter(([, entries]) => entries.length).map(([name, entries]) => [h("h2", null, name === "Lua" ? "Lua itself" : "Tidehook's functions"), entries.map(entryNode)]),
      wanted ? null : [h("h2", null, "ctx"), context("ctx", CTX.members)], fits.length ? null : h("p", { class: "faint" }, "No function fits."));
  };
  draw();
  return h("div", { class: "stack tight" }, filter, problem ? h("p", { class: "note warn" }, problem) : null, list);
}

function entryNode(entry) {
  return h("details", { class: "st-entry" }, h("summary", null, h("code", null, entry.signature)), h("div", { class: "st-explained" }, explained({ entry }).slice(1)));
}

function context(path, members) {
  return Object.entries(members).map(([name, { type, about, members: inner }]) => [
    h("div", { class: "st-ctx" }, h("code", null, `${path}.${name}`), ` ${type === "event" ? "table" : type}: ${about}`), inner ? context(`${path}.${name}`, inner) : null]);
}
