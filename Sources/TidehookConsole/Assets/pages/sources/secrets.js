// A source's secrets: shown once when they are made, replaced at once or with an overlap.
import { api, button, dialog, h, toast } from "../../kit.js";
import { form } from "../../kit/forms.js";
import { showOnce } from "../once.js";
import { SCHEMES, makeSecret } from "./schemes.js";

/** Shows the secret that an answer brought, if it brought one. */
export async function showMade(answer, secret = answer.secret) {
  if (secret) await showOnce({ title: `The secret of ${answer.name}`, label: "Secret", secret, hint: answer.verify.scheme === "path" ? "The sender's URL ends with it." : "Give it to the sender, with the URL." });
}

/** Asks for a new secret; returns the source as it is then, or nothing. */
export async function replaceSecret(source) {
  const scheme = SCHEMES[source.verify.scheme] ?? {}, has = source.secret_count > 0;
  let made = null;
  const fields = [
    { name: "secret", label: has ? "New secret" : "Secret", type: "text", required: true, hint: scheme.hint ?? (scheme.chosen ? "Yours to choose; the sender must know it." : "The sender shows it.") },
    scheme.chosen && { node: h("div", null, button("Make one", { small: true, icon: "refresh", on: { click: () => { made = makeSecret(source.verify.scheme); asked.control("secret").value = made; asked.control("secret").focus(); } } })) },
    has && { name: "old", label: "The one before, to accept both for now", type: "password", optional: true, hint: "Tidehook shows no secret again, so it has to be given here. Replace the secret once more, without this, to end the overlap." },
  ].filter(Boolean);
  const asked = form({ fields, submit: has ? "Replace" : "Set", cancel: () => opened.close(), onSubmit: async ({ secret, old }) => {
    opened.close(await api.patch(`/v1/sources/${source.id}`, old ? { secrets: [secret, old] } : { secret }));
    toast(old ? "Requests of both secrets are believed." : "Requests of the new secret are believed, and no others.");
    if (secret === made) await showOnce({ title: `The secret of ${source.name}`, label: "Secret", secret, hint: "Give it to the sender." });
  } });
  const many = source.secret_count > 1 ? `This source has ${source.secret_count} secrets now; they are replaced.` : has ? "Without the one before, requests that it signs are refused from now on." : "Until a secret is set, every request is refused with 503, and senders try again.";
  const opened = dialog(has ? "Replace the secret" : "Set the secret", h("div", { class: "stack" }, h("p", { class: "muted" }, many), asked));
  return opened.closed;
}
