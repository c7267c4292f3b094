// Secrets: shown once, right after they were made; and their replacement, with a time in which both sign.
import { api, button, dialog, duration, field, h, select, time, toast } from "../kit.js";
import { code } from "../kit/text.js";
import { onceField, showOnce } from "../pages/once.js";
import { Errors, Problem, textPart } from "./parts.js";

/** Shows the secrets that an answer brought, if it brought any. */
export function showSecrets({ name, secret, standard_secret: standard }) {
  const own = { label: "Secret", secret, hint: "The receiver needs it to verify signatures." }, other = { label: "Standard secret", secret: standard, hint: "The same key in the form that verifiers of Standard Webhooks take." };
  const [first, second] = [own, other].filter((one) => one.secret);
  if (first) showOnce({ title: `The secret of ${name}`, ...first, more: second ? [onceField(second)] : [] });
}

const OVERLAPS = [["3600", "1 hour"], ["86400", "1 day"], ["259200", "3 days"], ["604800", "7 days"], ["0", "none: the former secret ends now"]];

/** Asks how the secret is to be replaced, and does it; then `done()`. */
export function rotate(webhook, done) {
  const errors = new Errors(), overlap = select(OVERLAPS, { value: "86400" }), own = textPart(errors, "secret", { label: "New secret", hint: "Empty: Tidehook makes it and shows it once", secret: true });
  const message = h("p", { class: "error", role: "alert", hidden: true });
  const both = webhook.signing.includes("standard-ed25519") ? h("p", { class: "muted" }, "Without a secret of your own, the key pair of standard-ed25519 is replaced as well.") : null;
  const act = async () => {
    errors.clear();
    try {
      const given = own.read(), answer = await api.post(`/v1/webhooks/${encodeURIComponent(webhook.id)}/secret/rotate`, { overlap_secs: Number(overlap.value), ...(given ? { secret: given } : {}) });
      opened.close();
      toast(answer.previous_secret_expires_at ? `Replaced. Both sign for ${duration(Number(overlap.value) * 1e6)}` : "Replaced");
      showSecrets(answer);
      done();
    } catch (error) {
      if (!(error instanceof Problem) && error.name !== "ApiError") throw error;
      if (!errors.show(error.path ?? error.field, error.message, { focus: true })) { message.textContent = error.message; message.hidden = false; }
    }
  };
  const opened = dialog("Replace the secret", h("div", { class: "stack" }, h("p", null, "From now on requests are signed with the new secret, and for a while with the former one too, so that the receiver can take the new one at a time of its own."),
    webhook.previous_secret_expires_at ? h("p", { class: "note warn" }, h("span", null, "A replacement is under way: the former secret stops signing ", time(webhook.previous_secret_expires_at), ". Another replacement stops it at once.")) : null,
    field({ label: "Both sign for", input: overlap }), own.node, both, message), { actions: [button("Cancel", { on: { click: () => opened.close() } }), button("Replace the secret", { kind: "primary", on: { click: act } })] });
}
/** Where the secret and the keys stand. */
export const keysView = (webhook) => webhook.public_key ? h("div", { class: "stack tight" }, h("p", { class: "muted" }, "Public key, for receivers"), code(webhook.public_key, null, { label: "Public key" })) : null;
