// Finds out which service a body is for, and draws the message as it would look there.

import { isSlack, slackMessage } from "./slack.js";
import { discordMessage, isDiscord } from "./discord.js";
import { isTeams, teamsMessage } from "./teams.js";

const SERVICES = [
  { name: "Teams", hosts: /\.(?:office\.com|logic\.azure\.com|powerplatform\.com)$/, fits: isTeams, draw: teamsMessage },
  { name: "Discord", hosts: /(?:^|\.)discord(?:app)?\.com$/, fits: isDiscord, draw: discordMessage },
  { name: "Slack", hosts: /(?:^|\.)slack\.com$/, fits: isSlack, draw: slackMessage },
];

/** Where a dry run without a webhook would send to: no service can be told from it. */
const NOWHERE = "webhook.invalid";

/** Whether a body is no more than a text, which any receiver could want. */
const isPlain = (body) => !("@type" in body) && Object.values(body).every((value) => typeof value !== "object");

/**
 * The message that a request would show.
 * @param {{url: string, body: string|null}} request
 * @returns {{service: string, node: Node} | null} `null` when it looks like none
 */
export function preview(request) {
  const body = parsed(request?.body);
  if (!body) return null;
  const host = hostOf(request.url);
  const fitting = SERVICES.filter((service) => service.fits(body));
  const service = fitting.find(({ hosts }) => hosts.test(host)) ?? (isPlain(body) && host !== NOWHERE ? null : fitting[0]);
  return service ? { service: service.name, node: service.draw(body) } : null;
}

function parsed(text) {
  try {
    const value = JSON.parse(text);
    return value && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function hostOf(url) {
  try {
    return new URL(url).hostname;
  } catch {
    return "";
  }
}
