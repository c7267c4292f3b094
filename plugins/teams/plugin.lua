-- Microsoft Teams through a Workflows webhook: one Adaptive Card, and what the workflow's answers mean.
local message = require("lib.message")
local digest = require("lib.digest")
local markdown = require("lib.markdown")
local card = require("teams.card")
local judge = require("teams.answers")

local escape = markdown.escaper("\\*_[]")

local function own_card(event, ctx)
  return card.fit(card.message(message.fill(ctx.options.card, message.view(event, ctx), escape)), {})
end

local function as_card(event, ctx)
  local said = message.compose(event, ctx, { escape = escape, most_text = card.MOST_TEXT })
  local content, places = card.of(said, ctx.options)
  return card.fit(card.message(content), places)
end

local function bold(s) return "**" .. s .. "**" end

-- The message of a batch: a line for each event.
local function digest_of(events, ctx)
  local said = digest.compose(events, ctx, { escape = escape, bold = bold, most_text = card.MOST_TEXT // 2 })
  if ctx.options.card then
    return card.fit(card.message(message.fill(ctx.options.card, digest.view(said, events, ctx), escape)), {})
  end
  local content, places = card.of(said, ctx.options)
  return card.fit(card.message(content), places)
end

return {
  name = "teams",
  version = "1.1.0",
  summary = "Posts events to a Microsoft Teams channel or chat through a Workflows webhook.",
  kind = "stage",
  options = {
    title = { type = "string", min = 1, description = "Mustache template of the title; without it, the event's type in words." },
    text = {
      type = "string", min = 1,
      description = "Mustache template of the text, in the Markdown of Adaptive Cards; without it, the event's content and facts.",
    },
    fields = { type = "array", items = "string", max = 30, description = 'Facts below the text, "Label: template" each.' },
    link = { type = "string", pattern = "^https?://", description = "Template of a URL for a button; values in it are URL-encoded." },
    link_text = { type = "string", default = "Open", min = 1, max = 75, description = "What the button says." },
    color = {
      type = "string", enum = { "default", "dark", "light", "accent", "good", "warning", "attention" },
      description = "Colour of the title; without it, by the event's type.",
    },
    wide = { type = "boolean", default = false, description = "Whether the card takes the channel's full width." },
    card = { type = "object", description = "Your own Adaptive Card; every text in it is a template." },
  },
  defaults = { rate_limit = "1/s" },

  transform = function(event, ctx)
    return (ctx.options.card and own_card or as_card)(event, ctx)
  end,

  transform_batch = function(events, ctx) return digest_of(events, ctx) end,

  response = judge.response,
}
