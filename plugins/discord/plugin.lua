-- Discord webhooks: an embed or a plain message, and what Discord's answers mean.
local message = require("lib.message")
local digest = require("lib.digest")
local limits = require("lib.limits")
local embeds = require("discord.embeds")
local markdown = require("lib.markdown")
local judge = require("discord.answers")

local MOST_CONTENT = 2000           -- characters of a message's content
local SUPPRESS_NOTIFICATIONS = 4096 -- message flag, 1 << 12

local escape = markdown.escaper("\\*_~`|<>[]#", true)
local function plain(s) return s end
local function bold(s) return "**" .. s .. "**" end

-- Only whom the options name may be notified: nothing in an event can mention anybody.
local function allowed(mention)
  if not mention then return { parse = json.array() } end
  if mention == "@everyone" or mention == "@here" then return { parse = { "everyone" } } end
  local sign, id = mention:match("^<@([&!]?)(%d+)>$")
  if not id then return { parse = json.array() } end
  return { parse = json.array(), [sign == "&" and "roles" or "users"] = { id } }
end

local function as_text(event, ctx, body)
  local said = message.compose(event, ctx, { escape = escape, most_text = MOST_CONTENT })
  local link = said.link and "<" .. said.link .. ">"
  body.content = limits.cut(message.lines(said, bold, ctx.options.mention, link), MOST_CONTENT, "content")
end

local function as_embed(event, ctx, body)
  local said = message.compose(event, ctx, { escape = escape, most_text = MOST_CONTENT * 2 })
  body.content = ctx.options.mention
  body.embeds = embeds.fit({ embeds.of(said, embeds.colour(ctx.options.color, said.type)) })
end

local function own_embeds(event, ctx, body)
  body.content = ctx.options.mention
  body.embeds = embeds.fit(message.fill(ctx.options.embeds, message.view(event, ctx), escape))
end

local function new_body(options)
  return { allowed_mentions = allowed(options.mention), username = options.username, avatar_url = options.avatar_url }
end

-- The message of a batch: a line for each event.
local function add_digest(events, ctx, body)
  local options = ctx.options
  local as_plain = options.format == "text" and not options.embeds
  local style = { escape = escape, bold = bold, most_text = as_plain and MOST_CONTENT - 200 or MOST_CONTENT * 2 }
  local said = digest.compose(events, ctx, style)
  if as_plain then
    body.content = limits.cut(message.lines(said, bold, options.mention), MOST_CONTENT, "content")
    return said
  end
  body.content = options.mention
  if options.embeds then
    body.embeds = embeds.fit(message.fill(options.embeds, digest.view(said, events, ctx), escape))
  else
    body.embeds = embeds.fit({ embeds.of(said, embeds.colour(options.color, said.type)) })
  end
  return said
end

return {
  name = "discord",
  version = "1.1.0",
  summary = "Posts events to a Discord channel through its webhook.",
  kind = "stage",
  options = {
    format = {
      type = "string", enum = { "embed", "text" }, default = "embed",
      description = "embed: title, text, fields and footer in a coloured box. text: one plain message.",
    },
    title = { type = "string", min = 1, description = "Mustache template of the title; without it, the event's type in words." },
    text = {
      type = "string", min = 1,
      description = "Mustache template of the text, in Discord's Markdown; without it, the event's content and facts.",
    },
    fields = { type = "array", items = "string", max = 25, description = 'Facts below the text, "Label: template" each.' },
    link = {
      type = "string", pattern = "^https?://",
      description = "Template of the URL that the title opens; values in it are URL-encoded.",
    },
    color = {
      type = "string", pattern = "^#%x%x%x%x%x%x$",
      description = "Colour of the embed, #RRGGBB; without it, by the event's type.",
    },
    embeds = { type = "array", items = "object", min = 1, max = 10, description = "Your own embeds; every text in them is a template." },
    mention = {
      type = "string", pattern = "^[<@][@&!%w]+>?$",
      description = "Who is notified: @everyone, @here, <@USER_ID> or <@&ROLE_ID>. Nobody else ever is.",
    },
    username = { type = "string", min = 1, max = 80, description = "Another sender's name; it may not contain clyde or discord." },
    avatar_url = { type = "string", pattern = "^https?://", max = 2048, description = "Another picture of the sender." },
    thread_name = { type = "string", min = 1, description = "Template of the name of a new thread; only for forum and media channels." },
    silent = { type = "boolean", default = false, description = "Whether the message comes without a notification." },
  },
  defaults = { rate_limit = "1/s" },

  transform = function(event, ctx)
    local options = ctx.options
    local body = new_body(options)
    local add = options.embeds and own_embeds or options.format == "text" and as_text or as_embed
    add(event, ctx, body)
    if options.thread_name then
      local name = message.render(options.thread_name, message.view(event, ctx), plain)
      body.thread_name = limits.cut(name, 100, "thread name")
    end
    if options.silent then body.flags = SUPPRESS_NOTIFICATIONS end
    return body
  end,

  transform_batch = function(events, ctx)
    local options = ctx.options
    local body = new_body(options)
    local said = add_digest(events, ctx, body)
    if options.thread_name then
      body.thread_name = limits.cut(message.render(options.thread_name, digest.view(said, events, ctx), plain), 100, "thread name")
    end
    if options.silent then body.flags = SUPPRESS_NOTIFICATIONS end
    return body
  end,

  response = judge.response,
}
