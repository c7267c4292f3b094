-- Google Chat incoming webhooks: a card or a text, and what Google's answers mean.
local message = require("lib.message")
local digest = require("lib.digest")
local limits = require("lib.limits")
local cards = require("google-chat.cards")
local judge = require("google-chat.answers")

local function plain(s) return s end
local function bold(s) return "*" .. s .. "*" end

-- In texts, "<users/all>" would notify everyone and "<url|words>" disguise a link.
local function escape_text(s) return (s:gsub("<", "<\u{200B}")) end

local function as_card(event, ctx)
  local said = message.compose(event, ctx, { escape = text.escape_html, escape_title = plain, most_text = cards.MOST_CARD })
  return cards.fit(cards.of(said, ctx.options))
end

local function as_text(event, ctx)
  local said = message.compose(event, ctx, { escape = escape_text, most_text = cards.MOST_TEXT })
  local link = said.link and "<" .. said.link .. "|" .. ctx.options.link_text .. ">"
  return { text = limits.cut(message.lines(said, bold, nil, link), cards.MOST_TEXT, "text") }
end

local function own_cards(event, ctx)
  local view = message.view(event, ctx)
  return cards.fit({ cardsV2 = message.fill(ctx.options.cards, view, text.escape_html) }, {})
end

local function html_bold(s) return "<b>" .. s .. "</b>" end

-- The message of a batch: a line for each event. Returns what it says, too.
local function digest_of(events, ctx)
  local options = ctx.options
  if options.format == "text" and not options.cards then
    local said = digest.compose(events, ctx, { escape = escape_text, bold = bold, most_text = cards.MOST_TEXT - 200 })
    return { text = limits.cut(message.lines(said, bold), cards.MOST_TEXT, "text") }, said
  end
  local style = { escape = text.escape_html, escape_title = plain, bold = html_bold, most_text = cards.MOST_CARD // 2 }
  local said = digest.compose(events, ctx, style)
  if not options.cards then return cards.fit(cards.of(said, options)), said end
  return cards.fit({ cardsV2 = message.fill(options.cards, digest.view(said, events, ctx), text.escape_html) }, {}), said
end

local function set_thread(body, options, view)
  if not options.thread_key then return body end
  body.thread = { threadKey = text.truncate(message.render(options.thread_key, view, plain), 4000, "") }
  return body
end

return {
  name = "google-chat",
  version = "1.1.0",
  summary = "Posts events to a Google Chat space through its webhook.",
  kind = "stage",
  options = {
    format = {
      type = "string", enum = { "card", "text" }, default = "card",
      description = "card: title, text, fields and a button. text: one plain message.",
    },
    title = { type = "string", min = 1, description = "Mustache template of the title; without it, the event's type in words." },
    text = {
      type = "string", min = 1,
      description = "Mustache template of the text, in HTML for cards, else in Google Chat's markup; without it, content and facts.",
    },
    fields = { type = "array", items = "string", max = 30, description = 'Facts below the text, "Label: template" each.' },
    link = { type = "string", pattern = "^https?://", description = "Template of a URL to open; values in it are URL-encoded." },
    link_text = { type = "string", default = "Open", min = 1, max = 75, pattern = "^[^<>|]+$", description = "What the link is called." },
    thread_key = { type = "string", min = 1, description = "Template of a key: messages with the same key make one thread." },
    cards = { type = "array", items = "object", min = 1, description = "Your own cardsV2; every text in them is a template." },
  },
  defaults = { rate_limit = "1/s" },

  transform = function(event, ctx)
    local options = ctx.options
    local make = options.cards and own_cards or options.format == "text" and as_text or as_card
    return set_thread(make(event, ctx), options, message.view(event, ctx))
  end,

  transform_batch = function(events, ctx)
    local body, said = digest_of(events, ctx)
    return set_thread(body, ctx.options, digest.view(said, events, ctx))
  end,

  response = judge.response,
}
