// A request as a curl command that somebody pastes into a shell: whatever stands in the request is data there, never a word of the shell, an option of curl, or the name of a file.

/** Headers that curl makes by itself. */
const OWN = /^(content-length|connection|transfer-encoding)$/i;
/** A longer body goes through a pipe: an argument has at most 128 KiB on Linux, and a character takes up to four bytes of it. */
const MOST_CHARACTERS = 30_000;
// Control characters but for line ends do not survive being pasted, and some of them do things to a terminal; those that turn the text around them have a line read otherwise than it runs.
const UNPASTED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const utf8 = (text) => Array.from(new TextEncoder().encode(text));
const hex = (character) => utf8(character).map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
/** Text as one word of a shell. */
export function quote(text) {
  const plain = String(text);
  if (plain.search(UNPASTED) < 0) return `'${plain.replaceAll("'", `'\\''`)}'`;
  return `$'${plain.replace(/[\\']/g, "\\$&").replace(UNPASTED, hex)}'`;
}

/** A header whose value is not told becomes a variable: `X-Api-Key` is `$X_API_KEY`. */
const variable = (name) => `"${name.replace(/[^\w-]/g, "")}: $${name.toUpperCase().replace(/\W/g, "_").replace(/^\d/, "_$&")}"`;
/** curl takes a header without a value for one to be left out, unless a semicolon ends it. */
const header = (name, value) => quote(value === "" ? `${name};` : `${name}: ${value}`);

const base64 = (text) => btoa(utf8(text).map((byte) => String.fromCharCode(byte)).join(""));
/** What curl is told of a body, and the command before the pipe if one is needed. */
function payload({ body, body_base64: raw }) {
  if (raw == null && !body) return { before: "", option: null };
  if (raw == null && !body.includes("\0") && body.length <= MOST_CHARACTERS) return { before: "", option: `--data-raw ${quote(body)}` };
  return { before: `printf %s ${quote(raw ?? base64(body))} | base64 -d | `, option: "--data-binary @-" };
}

/** The command for `{method, url, body, body_base64}` with `headers` as pairs; `isSecret(name, value)` says which of them become variables. `options`: more of curl's. */
export function curl({ method, url, headers, ...message }, { isSecret = () => false, options = [] } = {}) {
  const { before, option } = payload(message), sent = headers.filter(([name]) => !OWN.test(name));
  // It would say who it is, what it takes, and that a body is a form.
  const unsaid = ["Accept", "User-Agent", option && "Content-Type"].filter((own) => own && !sent.some(([name]) => name.toLowerCase() === own.toLowerCase()));
  return [`${before}curl ${[...options, "--globoff", "--path-as-is"].join(" ")} ${method === "HEAD" && !option ? "--head" : `-X ${quote(method)}`} ${quote(url)}`, ...sent.map(([name, value]) => `-H ${isSecret(name, value) ? variable(name) : header(name, value)}`), ...unsaid.map((name) => `-H '${name}:'`), option].filter(Boolean).join(" \\\n  ");
}
