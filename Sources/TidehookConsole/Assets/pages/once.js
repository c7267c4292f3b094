// Shows a secret that is never shown again.
import { button, confirmAction, copy, dialog, field, h } from "../kit.js";

/** Asks before what is shown this once goes: whether somebody has kept it. */
export const keptIt = () => confirmAction({ title: "Have you kept it?", action: "I have kept it", danger: true, body: "It is not shown again. Without it, another one must be made." });

/** A secret that can be copied. */
export const onceField = ({ label, secret, hint }) => field({ label, hint, input: h("input", { class: "mono", readonly: true, value: secret, on: { focus: (event) => event.target.select() } }) });

/** Opens the dialog and returns a promise of its end; `more` are nodes below the secret. */
export function showOnce({ title, label, secret, hint, more = [] }) {
  const opened = dialog(title, h("div", { class: "stack" },
    h("p", { class: "note warn" }, "Copy it now: it is kept so that nobody can read it again, and this is the only time it is shown."),
    onceField({ label, secret, hint }), more), {
    wide: more.length > 0, ask: keptIt,
    actions: [button("Copy", { icon: "copy", on: { click: () => copy(secret).then(() => done.focus()) } })],
  });
  const done = button("Done", { kind: "primary", on: { click: () => opened.close() } });
  opened.element.querySelector("footer").append(done);
  return opened.closed;
}
