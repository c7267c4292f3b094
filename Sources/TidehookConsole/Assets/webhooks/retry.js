// The retry policy: what its waits come to, drawn as a timeline, and the part of the form that sets it.
import { duration, h, plural, put, s } from "../kit.js";
import { Problem, choicePart, numberPart, textPart } from "./parts.js";

const HOUR = 3600;
/** The waits of the named policies, in seconds; docs/delivery.md has the same table. */
export const PRESETS = { rem: [5, 30, 180], "standard-webhooks": [5, 300, 1800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR], svix: [5, 300, 1800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR], none: [] };
export const DEFAULT = { max_retries: 3, initial_delay_secs: 5, multiplier: 6, max_delay_secs: 3600, jitter: 0.2 };

/** The waits before each retry, in seconds, without jitter. */
export function waits(retry) {
  if (retry.preset) return PRESETS[retry.preset] ?? [];
  if (retry.schedule_secs) return retry.schedule_secs;
  const { max_retries: most, initial_delay_secs: first, multiplier, max_delay_secs: longest } = { ...DEFAULT, ...retry };
  return Array.from({ length: Math.min(100, Math.max(0, most)) }, (_, i) => Math.min(longest, first * multiplier ** i));
}
/** The attempts: `{number, wait, at, early, late}` in seconds since the first failure; jitter moves each wait either way. */
export function attempts(retry) {
  const jitter = retry.preset ? 0.2 : retry.jitter ?? 0.2;
  let at = 0;
  return [{ number: 1, wait: 0, at: 0, early: 0, late: 0 }, ...waits(retry).map((wait, i) => { at += wait; return { number: i + 2, wait, at, early: at * (1 - jitter), late: at * (1 + jitter) }; })];
}
const secs = (n) => duration(n * 1e6);
/** The policy in one line. */
export function retryLine(retry) {
  const list = attempts(retry), last = list.at(-1), until = retry.give_up_after_secs;
  if (list.length === 1) return "No retry: one attempt";
  return `${plural(list.length - 1, "retry", "retries")} over ${secs(last.at)}${until && until < last.late ? `, given up after ${secs(until)}` : ""}`;
}

const HEIGHT = 78, LINE = 40;
/** The schedule as a picture: attempts on an axis of time that is compressed, with the band in which jitter moves each. */
export function timeline(retry) {
  const plot = h("div", { class: "plot schedule" }), list = attempts(retry);
  new ResizeObserver(([entry]) => { const width = Math.round(entry.contentRect.width); if (width > 0) put(plot, draw(list, retry.give_up_after_secs, width)); }).observe(plot);
  const row = (one) => h("tr", null, h("th", { scope: "row" }, `Attempt ${one.number}`), h("td", null, one.number === 1 ? "at once" : `${secs(one.wait)} after the failure before, ${secs(one.at)} after the first (${secs(one.early)} to ${secs(one.late)})`));
  return h("figure", { class: "chart-box stack tight" }, plot, h("details", null, h("summary", null, retryLine(retry)), h("table", { "aria-label": "Attempts" }, h("tbody", null, list.map(row)))));
}
function draw(list, until, width) {
  const end = Math.max(list.at(-1).late, until ?? 0, 1), unit = Math.max(0.5, Math.min(...list.slice(1).map((one) => one.at), end) / 2);
  const x = (t) => 10 + (width - 20) * Math.log1p(t / unit) / Math.log1p(end / unit);
  const picture = s("svg", { class: "chart", viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: "img", "aria-label": `Retry schedule: ${list.length === 1 ? "one attempt" : list.slice(1).map((one) => secs(one.at)).join(", ")}` });
  picture.append(s("line", { class: "axis-line", x1: 10, x2: width - 10, y1: LINE, y2: LINE }));
  for (const one of list) if (one.late > one.early) picture.append(s("rect", { class: "band", x: x(one.early), width: Math.max(1, x(one.late) - x(one.early)), y: LINE - 9, height: 18, rx: 3 }));
  if (until) picture.append(s("line", { class: "deadline", x1: x(until), x2: x(until), y1: 8, y2: LINE + 14 }), s("text", { class: "axis", x: Math.min(x(until), width - 10), y: 12, "text-anchor": x(until) > width - 80 ? "end" : "start", dx: x(until) > width - 80 ? -4 : 4 }, "given up"));
  const last = x(list.at(-1).at) + 5 - secs(list.at(-1).at).length * 6.4;
  let free = -Infinity;
  list.forEach((one, i) => {
    const at = x(one.at), isLast = i === list.length - 1, text = i === 0 ? "first" : secs(one.at), wide = text.length * 6.4, isLate = until && one.at > until;
    picture.append(s("circle", { class: isLate ? "mark late" : "mark", cx: at, cy: LINE, r: list.length > 30 ? 2.5 : 4.5 }));
    const anchor = i === 0 ? "start" : isLast || at + wide / 2 > width ? "end" : "middle", from = anchor === "start" ? at - 4 : anchor === "end" ? at + 5 - wide : at - wide / 2;
    // The last one is always named: a label that would run into it is left out.
    if (!isLast && (from < free + 8 || i > 0 && from + wide > last - 8)) return;
    picture.append(s("text", { class: "axis", x: anchor === "start" ? at - 4 : anchor === "end" ? at + 5 : at, y: LINE + 30, "text-anchor": anchor }, text));
    free = from + wide;
  });
  return picture;
}

/** Waits as people write them: `5s, 5m, 2h`, or bare seconds. */
export function parseWaits(text) {
  const units = { s: 1, "": 1, m: 60, min: 60, h: HOUR, d: 24 * HOUR, ms: 0.001 };
  return text.split(/[,\n]+|\s+(?=\d)/).map((part) => part.trim()).filter(Boolean).map((part) => {
    const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d|)$/.exec(part) ?? [];
    const wait = number === undefined ? NaN : Number(number) * units[unit];
    if (!(wait >= 0.001 && wait <= 604_800)) throw new Error(`${part}: expected a wait like 30s, 5m, 2h or 1d, of at most 7 days.`);
    return wait;
  });
}
const short = (n) => n % 86400 === 0 ? `${n / 86400}d` : n % HOUR === 0 ? `${n / HOUR}h` : n % 60 === 0 ? `${n / 60}m` : `${n}s`;
const SHAPES = [["backoff", "Exponential backoff"], ["schedule", "Waits of your own"], ["rem", "Preset: REM Labs, 3 retries"], ["standard-webhooks", "Preset: Standard Webhooks, 9 retries"], ["svix", "Preset: Svix, 7 retries"], ["none", "No retries"]];

/** The part of a form that sets `retry`. */
export function retryPart(errors, retry) {
  const shape = retry.preset ?? (retry.schedule_secs ? "schedule" : "backoff"), at = (name) => `retry.${name}`, start = { ...DEFAULT, ...retry };
  const number = (name, options) => numberPart(errors, at(name), { value: start[name], required: true, ...options });
  const backoff = [number("max_retries", { label: "Retries", min: 0, max: 100, whole: true }), number("initial_delay_secs", { label: "First wait", unit: "seconds", min: 0.001, max: 86_400 }),
    number("multiplier", { label: "Each next wait times", min: 1, max: 100 }), number("max_delay_secs", { label: "Longest wait", unit: "seconds", min: 0.001, max: 604_800 })];
  const schedule = textPart(errors, at("schedule_secs"), { label: "Waits", hint: "One for each retry: 5s, 5m, 2h, 1d", value: (retry.schedule_secs ?? waits(retry)).map(short).join(", "), check: (text) => { try { return parseWaits(text).length > 100 ? "At most 100 waits." : null; } catch (error) { return error.message; } } });
  const jitter = numberPart(errors, at("jitter"), { label: "Jitter", hint: "0.2 moves each wait by up to 20 %, either way", value: retry.preset ? 0.2 : start.jitter, min: 0, max: 1, required: true });
  const on = textPart(errors, at("retry_on"), { label: "Retry on", hint: "Statuses: 5xx, 408, 429, !501. Empty: all but 2xx and 410", value: (retry.retry_on ?? []).join(", "), placeholder: "all but 2xx and 410" });
  const deadline = numberPart(errors, at("give_up_after_secs"), { label: "Give up after", unit: "seconds", hint: "After the event was accepted. Empty: no deadline", value: retry.give_up_after_secs, min: 0.001, max: 31_536_000, empty: null });
  const after = numberPart(errors, at("max_retry_after_secs"), { label: "Longest Retry-After", unit: "seconds", hint: "How much of what a receiver asks for counts at most", value: retry.max_retry_after_secs, min: 0, max: 604_800, empty: null });
  const picture = h("div"), groups = { backoff: h("div", { class: "subfields" }, backoff.map((part) => part.node)), schedule: h("div", null, schedule.node), jitter: h("div", null, jitter.node) };
  const choice = choicePart(errors, "retry", { label: "Policy", value: shape, options: SHAPES, changed: () => update() });
  const waitsOf = () => {
    const kind = choice.read();
    if (kind === "schedule") { try { return { schedule_secs: parseWaits(schedule.input.value), jitter: jitter.read() }; } catch (error) { throw error instanceof Problem ? error : new Problem(at("schedule_secs"), error.message); } }
    if (kind !== "backoff") return { preset: kind };
    const [most, first, times, longest] = backoff.map((part) => part.read());
    return { max_retries: most, initial_delay_secs: first, multiplier: times, max_delay_secs: longest, jitter: jitter.read() };
  };
  const read = () => {
    const statuses = on.input.value.trim();
    return { ...waitsOf(), retry_on: statuses === "" ? retry.retry_on?.length === 0 ? [] : null : statuses.split(/[,\s]+/), give_up_after_secs: deadline.read(), max_retry_after_secs: after.read() };
  };
  const update = () => {
    const kind = choice.read();
    groups.backoff.hidden = kind !== "backoff";
    groups.schedule.hidden = kind !== "schedule";
    groups.jitter.hidden = !["backoff", "schedule"].includes(kind);
    try { put(picture, timeline(read())); } catch (error) { if (!(error instanceof Problem)) throw error; }
  };
  const node = h("div", { class: "stack", on: { input: update } }, choice.node, groups.backoff, groups.schedule, groups.jitter, picture, h("div", { class: "subfields" }, on.node, deadline.node, after.node));
  update();
  return { node, read, line: () => { try { return retryLine(read()); } catch { return ""; } } };
}
