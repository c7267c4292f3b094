// What the ways of verification are called, who makes their secret, and a request that each believes.
import { address } from "../../kit.js";

// chosen: whether the receiver chooses the secret, so that Tidehook can make one. timed: whether a signed time may be off by a tolerance.
export const SCHEMES = {
  none: { name: "None", about: "Anybody who knows the URL may send.", secret: null },
  rem: { name: "REM Labs", about: "X-REM-Signature: HMAC-SHA256 of the body.", chosen: true },
  mem0: { name: "Mem0", about: "X-Mem0-Signature-256: HMAC-SHA256 of the body.", chosen: true },
  standard: { name: "Standard Webhooks", about: "webhook-* or svix-* headers: HMAC-SHA256, or Ed25519 with a public key.", chosen: true, timed: 300, hint: "whsec_ and base64, any text, or the sender's public key, whpk_…" },
  github: { name: "GitHub", about: "X-Hub-Signature-256: HMAC-SHA256 of the body.", chosen: true },
  gitlab: { name: "GitLab", about: "X-Gitlab-Token is the secret; nothing covers the body.", chosen: true },
  stripe: { name: "Stripe", about: "Stripe-Signature: HMAC-SHA256 over time and body.", timed: 300, hint: "The endpoint's signing secret, whsec_…, from Stripe's dashboard." },
  slack: { name: "Slack", about: "X-Slack-Signature: HMAC-SHA256 over time and body.", timed: 300, hint: "The app's signing secret, under Basic Information." },
  shopify: { name: "Shopify", about: "X-Shopify-Hmac-SHA256: HMAC-SHA256 of the body.", hint: "The app's client secret." },
  linear: { name: "Linear", about: "Linear-Signature: HMAC-SHA256 of the body, which says when it was sent.", timed: 60, hint: "The webhook's signing secret, which Linear shows." },
  twilio: { name: "Twilio", about: "X-Twilio-Signature: HMAC-SHA1 over the URL and the form.", hint: "The account's auth token." },
  sendgrid: { name: "SendGrid", about: "ECDSA over time and body.", timed: 300, hint: "The public verification key, which SendGrid shows." },
  discord: { name: "Discord", about: "X-Signature-Ed25519 over time and body.", timed: 300, hint: "The application's public key, in hex." },
  pagerduty: { name: "PagerDuty", about: "X-PagerDuty-Signature: HMAC-SHA256 of the body.", hint: "The subscription's secret, which PagerDuty shows once." },
  hmac: { name: "HMAC", about: "A keyed hash that you describe.", chosen: true, timed: 300 },
  bearer: { name: "Bearer token", about: "Authorization: Bearer and the secret.", chosen: true },
  basic: { name: "Basic authentication", about: "A user's name and a password.", chosen: true, hint: "user:password" },
  "api-key": { name: "Key in a header", about: "A header that you name is the secret.", chosen: true },
  path: { name: "Secret path", about: "The URL ends with the secret.", chosen: true, hint: "Letters, digits and -._~" },
};

/** What a scheme is called. */
export const schemeName = (scheme) => SCHEMES[scheme]?.name ?? String(scheme);

/** The whole address that others send to. */
export const inbound = (source) => new URL(address(source.url), location.href).href;

/** A secret that nobody can guess, in the form that the scheme takes. */
export function makeSecret(scheme) {
  const text = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(scheme === "standard" ? 24 : 32))));
  if (scheme === "standard") return `whsec_${text}`;
  const plain = text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return scheme === "basic" ? `tidehook:${plain}` : plain;
}

// What the shipped plugins want of a request, beside its signature.
const SAMPLES = {
  "from-github": { headers: { "X-GitHub-Event": "push" }, body: { ref: "refs/heads/main" } },
  "from-gitlab": { headers: { "X-Gitlab-Event": "Push Hook" }, body: { object_kind: "push", ref: "refs/heads/main" } },
  "from-stripe": { body: { id: "evt_$RANDOM$RANDOM", type: "invoice.paid", data: { object: { amount_paid: 4200 } } } },
  "from-slack": { body: { type: "event_callback", event_id: "Ev$RANDOM$RANDOM", event: { type: "message", text: "hello" } } },
  "from-shopify": { headers: { "X-Shopify-Topic": "orders/create" }, body: { id: 820982911946154508n, total_price: "42.00" } },
  "from-linear": { body: { type: "Issue", action: "create", data: { title: "hello" } } },
  "from-pagerduty": { body: { event: { id: "$RANDOM$RANDOM", event_type: "incident.triggered", data: { title: "hello" } } } },
  "from-rem": { body: { id: "evt_$RANDOM$RANDOM", event: "memory.created", timestamp: "2026-01-01T00:00:00Z", data: { content: "hello" } } },
  "from-mem0": { body: { event_details: { id: "mem_$RANDOM", event: "ADD", data: { memory: "hello" } } } },
  "from-standard": { body: { type: "user.created", timestamp: "2026-01-01T00:00:00Z", data: { id: "user_1" } } },
  "from-cloudevents": { type: "application/cloudevents+json", body: { specversion: "1.0", id: "$RANDOM$RANDOM", source: "/console", type: "user.created", data: { id: "user_1" } } },
};

// In double quotes of a shell; what is `kept` (variables of the script) stays.
const quoted = (text) => `"${text.replace(/[\\"`$]/g, "\\$&")}"`;
// In single quotes, with the variables of the script between them.
const single = (text) => `'${text.replaceAll("'", "'\\''").replace(/(\$(RANDOM|NOW))+/g, "'$&'")}'`;
const hash = (input, { algorithm = "sha256", encoding = "hex", key = '-hmac "$SECRET"' } = {}) => {
  const made = `printf %s ${input} | openssl dgst -${algorithm} ${key}`;
  const form = { hex: "-r | cut -d' ' -f1", base64: "-binary | base64 -w0", base64url: "-binary | base64 -w0 | tr '+/' '-_' | tr -d '='" }[encoding];
  return `SIGNATURE=$(${made} ${form})`;
};

// The lines that come before curl, and the headers, of each scheme.
const SIGNED = {
  none: () => ({}),
  rem: () => ({ lines: [hash('"$BODY"')], headers: { "X-REM-Signature": "$SIGNATURE" } }),
  mem0: () => ({ lines: [hash('"$BODY"')], headers: { "X-Mem0-Signature-256": "sha256=$SIGNATURE" } }),
  github: () => ({ lines: [hash('"$BODY"')], headers: { "X-Hub-Signature-256": "sha256=$SIGNATURE" } }),
  gitlab: () => ({ headers: { "X-Gitlab-Token": "$SECRET" } }),
  stripe: () => ({ lines: ["NOW=$(date +%s)", hash('"$NOW.$BODY"')], headers: { "Stripe-Signature": "t=$NOW,v1=$SIGNATURE" } }),
  slack: () => ({ lines: ["NOW=$(date +%s)", hash('"v0:$NOW:$BODY"')], headers: { "X-Slack-Request-Timestamp": "$NOW", "X-Slack-Signature": "v0=$SIGNATURE" } }),
  shopify: () => ({ lines: [hash('"$BODY"', { encoding: "base64" })], headers: { "X-Shopify-Hmac-SHA256": "$SIGNATURE" } }),
  linear: () => ({ before: ["NOW=$(date +%s)000"], body: { webhookTimestamp: "$NOW" }, lines: [hash('"$BODY"')], headers: { "Linear-Signature": "$SIGNATURE" } }),
  pagerduty: () => ({ lines: [hash('"$BODY"')], headers: { "X-PagerDuty-Signature": "v1=$SIGNATURE" } }),
  standard: () => ({
    lines: ["NOW=$(date +%s)", "ID=msg_$RANDOM$RANDOM", `KEY=$(case "$SECRET" in whsec_*) printf %s "\${SECRET#whsec_}" | base64 -d;; *) printf %s "$SECRET";; esac | od -An -v -tx1 | tr -d ' \\n')`,
      hash('"$ID.$NOW.$BODY"', { encoding: "base64", key: '-mac HMAC -macopt "hexkey:$KEY"' })],
    headers: { "webhook-id": "$ID", "webhook-timestamp": "$NOW", "webhook-signature": "v1,$SIGNATURE" },
  }),
  bearer: () => ({ headers: { Authorization: "Bearer $SECRET" } }),
  basic: () => ({ flags: ['-u "$SECRET"'] }),
  "api-key": ({ header }) => ({ headers: { [header]: "$SECRET" } }),
  path: () => ({ path: "/$SECRET" }),
  hmac: (verify, url) => {
    const place = { body: "${BODY}", timestamp: "${NOW}", id: "${ID}", method: "POST", url: verify.url ?? url, path: new URL(verify.url ?? url).pathname };
    const input = (verify.template ?? "{body}").split(/\{(\w+)\}/).map((part, i) => i % 2 ? /^\$\{/.test(place[part]) ? place[part] : quoted(place[part]).slice(1, -1) : quoted(part).slice(1, -1)).join("");
    return {
      lines: [verify.timestamp_header && "NOW=$(date +%s)", verify.id_header && "ID=msg_$RANDOM$RANDOM", hash(`"${input}"`, verify)].filter(Boolean),
      headers: { [verify.header]: `${verify.prefix ?? ""}$SIGNATURE`, ...(verify.timestamp_header && { [verify.timestamp_header]: "$NOW" }), ...(verify.id_header && { [verify.id_header]: "$ID" }) },
    };
  },
};

/** A shell script that sends a request the source believes; null where a private key signs. */
export function trial(source) {
  const url = inbound(source), make = SIGNED[source.verify.scheme], sample = SAMPLES[source.plugin] ?? { body: { hello: "world" } };
  if (!make) return null;
  const { before = [], lines = [], headers = {}, flags = [], path = "", body = {} } = make(source.verify, url);
  const text = JSON.stringify({ ...sample.body, ...body }, (_, value) => typeof value === "bigint" ? JSON.rawJSON(String(value)) : value).replaceAll('"$NOW"', "$NOW");
  const all = { "Content-Type": sample.type ?? "application/json", ...sample.headers, ...headers };
  if (source.dedupe?.header && !all[source.dedupe.header] && !["webhook-id", "svix-id"].includes(source.dedupe.header.toLowerCase())) all[source.dedupe.header] = "$RANDOM-$RANDOM";
  return [
    `URL=${quoted(url)}`, source.verify.scheme !== "none" && "SECRET='the secret of this source'", ...before, `BODY=${single(text)}`, ...lines,
    [`curl -i "$URL${path}"`, ...flags, ...Object.entries(all).map(([name, value]) => `-H ${quoted(`${name}: `).slice(0, -1)}${headerValue(value)}"`), '-d "$BODY"'].join(" \\\n  "),
  ].filter(Boolean).join("\n");
}
const headerValue = (value) => quoted(value).slice(1, -1).replace(/\\\$(SECRET|SIGNATURE|NOW|ID|RANDOM)/g, "$$$1");

/** The command that sends what the provider would, if there is one. */
export function simulation(source) {
  const provider = source.plugin?.startsWith("from-") && source.plugin !== "from-json" ? source.plugin.slice(5) : source.verify.scheme;
  const secret = source.verify.scheme === "none" ? "" : ["sendgrid", "discord"].includes(source.verify.scheme) ? " --secret 'the private key'" : " --secret 'the secret of this source'";
  return `tidehook sources simulate ${provider} --source ${source.id}${secret}`;
}
