-- Telegram: messages of a bot through sendMessage, and what the Bot API's answers mean.
local message = require("lib.message")
local digest = require("lib.digest")
local limits = require("lib.limits")
local markup = require("telegram.markup")
local judge = require("telegram.answers")

local MOST_VALUE = 200   -- characters of one fact
local LEAST_OWN = 100    -- characters of an event's own text that are worth keeping the markup for

-- Returns the message in its markup, and what it is made of. An event's own text gives way so that the rest fits with its marks.
local function compose(event, ctx, format)
  local style = { escape = format.escape, most_text = markup.MOST, most_value = MOST_VALUE }
  local said = message.compose(event, ctx, style)
  local written = message.lines(said, format.bold)
  if not ctx.options.text then
    local over = limits.units(format.visible(written)) - markup.MOST
    local shown = format.visible(said.text)
    local room = limits.units(shown) - over
    if over > 0 and room >= LEAST_OWN then
      style.most_text = room * text.length(shown) // limits.units(shown)
      written = message.lines(message.compose(event, ctx, style), format.bold)
    end
  end
  return written, said
end

-- The request of a written message.
local function finish(written, said, options)
  local body = { chat_id = options.chat_id, message_thread_id = options.thread_id }
  body.text, body.parse_mode = markup.fit(written, markup.formats[options.format], said.type)
  if options.silent then body.disable_notification = true end
  if options.protect then body.protect_content = true end
  if not options.preview then body.link_preview_options = { is_disabled = true } end
  if said.link then body.reply_markup = { inline_keyboard = { { { text = options.link_text, url = said.link } } } } end
  return body, { url = options.api_url .. "/bot" .. options.token .. "/sendMessage" }
end

return {
  name = "telegram",
  version = "1.1.0",
  summary = "Sends events to a Telegram chat, group or channel as messages of a bot.",
  kind = "stage",
  options = {
    token = {
      type = "string", required = true, secret = true, pattern = "^%d+:[%w_-]+$",
      description = "The bot's token from @BotFather.",
    },
    chat_id = {
      type = "string", required = true, pattern = "^@?%-?[%w_]+$", max = 64,
      description = 'The chat: a number such as "-1001234567890", or "@channelname".',
    },
    thread_id = { type = "integer", min = 1, description = "The topic in a forum group." },
    format = {
      type = "string", enum = { "html", "markdown", "plain" }, default = "html",
      description = "The markup of title and text; markdown is MarkdownV2.",
    },
    title = { type = "string", min = 1, description = "Mustache template of the first line; without it, the event's type in words." },
    text = { type = "string", min = 1, description = "Mustache template of the text; without it, the event's content and facts." },
    fields = { type = "array", items = "string", max = 30, description = 'Facts below the text, "Label: template" each.' },
    link = { type = "string", pattern = "^https?://", description = "Template of a URL for a button; values in it are URL-encoded." },
    link_text = { type = "string", default = "Open", min = 1, max = 64, description = "What the button says." },
    silent = { type = "boolean", default = false, description = "Whether the message comes without a sound." },
    preview = { type = "boolean", default = false, description = "Whether Telegram shows a preview of the first link." },
    protect = { type = "boolean", default = false, description = "Whether the message cannot be forwarded or saved." },
    api_url = {
      type = "string", default = "https://api.telegram.org", pattern = "^https?://[^/]+$",
      description = "Where the Bot API is: your own server's address, when you run one.",
    },
  },
  defaults = { rate_limit = "1/s" },

  transform = function(event, ctx)
    local options = ctx.options
    local written, said = compose(event, ctx, markup.formats[options.format])
    return finish(written, said, options)
  end,

  -- A line for each event; marks take room that Telegram does not count.
  transform_batch = function(events, ctx)
    local format = markup.formats[ctx.options.format]
    local said = digest.compose(events, ctx, { escape = format.escape, bold = format.bold, most_text = markup.MOST - 300 })
    return finish(message.lines(said, format.bold), said, ctx.options)
  end,

  response = judge.response,
}
