-- Slack Incoming Webhooks: text or Block Kit, and what Slack's answers mean.
local message = require("lib.message")
local digest = require("lib.digest")
local blocks = require("slack.blocks")
local judge = require("slack.answers")

local MOST_TEXT = 40000   -- characters of a message's text
local MOST_NOTICE = 500   -- characters of the text for notifications, when blocks hold the message

local function plain(s) return s end
local function bold(s) return "*" .. s .. "*" end

local function show_blocks(said, options)
  local notice = message.headline({ title = text.escape_slack(said.title), text = said.text })
  return { text = blocks.cut(notice, MOST_NOTICE), blocks = blocks.of(said, options.mention, options.link_text) }
end

local function as_blocks(event, ctx)
  local style = { escape = text.escape_slack, escape_title = plain, most_text = blocks.MOST_TEXT }
  return show_blocks(message.compose(event, ctx, style), ctx.options)
end

local function show_text(said, options)
  local link = said.link and "<" .. said.link .. "|" .. options.link_text .. ">"
  return { text = blocks.cut(message.lines(said, bold, options.mention, link), MOST_TEXT, "text") }
end

local function as_text(event, ctx)
  return show_text(message.compose(event, ctx, { escape = text.escape_slack, most_text = MOST_TEXT }), ctx.options)
end

local function own_blocks(event, ctx)
  local view = message.view(event, ctx)
  local said = message.compose(event, ctx, { escape = text.escape_slack, most_text = MOST_NOTICE })
  return {
    text = blocks.cut(message.headline(said), MOST_NOTICE),
    blocks = message.fill(ctx.options.blocks, view, text.escape_slack),
  }
end

-- The message of a batch: a line for each event.
local function digest_of(events, ctx)
  local options = ctx.options
  if options.format == "text" and not options.blocks then
    local style = { escape = text.escape_slack, bold = bold, most_text = blocks.MOST_TEXT }
    return show_text(digest.compose(events, ctx, style), options)
  end
  local style = { escape = text.escape_slack, escape_title = plain, bold = bold, most_text = blocks.MOST_TEXT }
  local said = digest.compose(events, ctx, style)
  if not options.blocks then return show_blocks(said, options) end
  return {
    text = blocks.cut(text.escape_slack(said.title), MOST_NOTICE),
    blocks = message.fill(options.blocks, digest.view(said, events, ctx), text.escape_slack),
  }
end

local function finish(body, options)
  body.channel, body.username, body.icon_emoji = options.channel, options.username, options.icon_emoji
  body.unfurl_links, body.unfurl_media = options.unfurl, options.unfurl
  return body
end

return {
  name = "slack",
  version = "1.1.0",
  summary = "Posts events to a Slack channel through an Incoming Webhook.",
  kind = "stage",
  options = {
    format = {
      type = "string", enum = { "blocks", "text" }, default = "blocks",
      description = "blocks: title, text, fields and context as Block Kit. text: one plain message.",
    },
    title = { type = "string", min = 1, description = "Mustache template of the title; without it, the event's type in words." },
    text = {
      type = "string", min = 1,
      description = "Mustache template of the text, in Slack's mrkdwn; without it, the event's content and facts.",
    },
    fields = { type = "array", items = "string", max = 10, description = 'Facts below the text, "Label: template" each.' },
    link = { type = "string", pattern = "^https?://", description = "Template of a URL to open; values in it are URL-encoded." },
    link_text = { type = "string", default = "Open", min = 1, max = 75, pattern = "^[^<>|&]+$", description = "What the link is called." },
    mention = {
      type = "string", pattern = "^<[@!][%w^-]+>$",
      description = "Who is notified: <!here>, <!channel>, <@U012AB3CD> or <!subteam^SAZ94GDB8>.",
    },
    blocks = {
      type = "array", items = "object", min = 1, max = 50,
      description = "Your own Block Kit blocks; every text in them is a template.",
    },
    channel = {
      type = "string", min = 1, max = 80,
      description = "Another channel; only webhooks of the legacy kind, and Mattermost, follow it.",
    },
    username = {
      type = "string", min = 1, max = 80,
      description = "Another sender's name; only webhooks of the legacy kind, and Mattermost, follow it.",
    },
    icon_emoji = {
      type = "string", pattern = "^:[%w_+'-]+:$",
      description = "Another icon; only webhooks of the legacy kind, and Mattermost, follow it.",
    },
    unfurl = { type = "boolean", default = false, description = "Whether Slack shows previews of links." },
  },
  defaults = { rate_limit = "1/s" },

  transform = function(event, ctx)
    local options = ctx.options
    local make = options.blocks and own_blocks or options.format == "text" and as_text or as_blocks
    return finish(make(event, ctx), options)
  end,

  transform_batch = function(events, ctx)
    return finish(digest_of(events, ctx), ctx.options)
  end,

  response = judge.response,
}
