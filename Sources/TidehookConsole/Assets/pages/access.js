// What a page says to a key that may not see it.
import { empty, h, session } from "../kit.js";

/** Whether the key may use what is the admin key's alone: keys, what is wrong with plugins, how the gateway stands. */
export const isAdmin = () => session.key?.admin ?? session.key?.namespaces == null;

/** In place of a page that is the admin key's alone. */
export const adminOnly = (what) => empty(`${what} are for the admin key`,
  h("span", null, "You are signed in with ", h("strong", null, session.key?.name ?? "a key"), session.key?.namespaces ? `, which is limited to ${session.key.namespaces.join(", ")}. ` : ". ", "Sign in with the admin key to see them: the one that the gateway was given as TIDEHOOK_API_KEY, else in admin.key of the data folder."));
