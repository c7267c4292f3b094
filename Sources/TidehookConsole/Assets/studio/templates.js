// Scripts to begin with.

/** @type {{name: string, about: string, script: string}[]} */
export const TEMPLATES = [
  {
    name: "Filter by tag", about: "Lets events with one tag through and says why it drops the others.",
    script: `-- Only events that carry the tag go on; the others are filtered, with this reason.
function filter(event, ctx)
  return has_tag(event, "architecture"), "no tag architecture"
end
`,
  },
  {
    name: "Slack message", about: "A message of blocks for an Incoming Webhook of Slack, with values of the event escaped.",
    script: `-- A message for Slack's Incoming Webhooks.
function transform(event, ctx)
  local content = path.get(event, "data.content", "(no content)")
  local tags = path.get(event, "data.tags", {})
  return {
    text = event.event .. ": " .. text.escape_slack(text.truncate(content, 150)),
    blocks = {
      { type = "header", text = { type = "plain_text", text = event.event } },
      { type = "section", text = { type = "mrkdwn", text = text.escape_slack(text.truncate(content, 2000)) } },
      { type = "context", elements = {
        { type = "mrkdwn", text = "*Tags* " .. text.escape_slack(#tags > 0 and table.concat(tags, ", ") or "none") },
        { type = "mrkdwn", text = time.format(event.timestamp, "%e %b %Y, %H:%M %Z") },
      } },
    },
  }
end
`,
  },
  {
    name: "Reshape", about: "Another JSON for the receiver: renamed fields, some left out, a header added.",
    script: `-- The body that the receiver wants; what is not named here is not sent.
function transform(event, ctx)
  return {
    id = event.id,
    kind = event.event,
    occurred_at = event.timestamp,
    source = ctx.namespace,
    payload = event.data,
  }, { headers = { ["X-Event-Type"] = event.event } }
end
`,
  },
  {
    name: "Discord embed", about: "An embed for a webhook of Discord.",
    script: `-- A message for a Discord webhook.
function transform(event, ctx)
  local content = path.get(event, "data.content", "(no content)")
  return {
    embeds = { {
      title = event.event,
      description = text.truncate(text.escape_markdown(content), 2000),
      color = 0x0B6E66,
      fields = { { name = "Namespace", value = ctx.namespace or "default", inline = true } },
      timestamp = event.timestamp,
    } },
  }
end
`,
  },
  {
    name: "Teams card", about: "An Adaptive Card for a Workflows webhook of Microsoft Teams.",
    script: `-- A message for a Workflows webhook of Microsoft Teams.
function transform(event, ctx)
  local content = path.get(event, "data.content", "(no content)")
  return {
    type = "message",
    attachments = { {
      contentType = "application/vnd.microsoft.card.adaptive",
      content = {
        type = "AdaptiveCard", version = "1.4",
        body = {
          { type = "TextBlock", text = event.event, size = "Large", weight = "Bolder", wrap = true },
          { type = "TextBlock", text = text.escape_markdown(text.truncate(content, 2000)), wrap = true },
          { type = "FactSet", facts = { { title = "Namespace", value = ctx.namespace or "default" } } },
        },
      },
    } },
  }
end
`,
  },
];

/** The event that stands ready while the gateway has none. */
export const SAMPLE = `{
  "event": "memory.created",
  "data": {
    "content": "We decided to use Redis for caching",
    "tags": ["architecture", "caching"],
    "namespace": "default"
  }
}`;
