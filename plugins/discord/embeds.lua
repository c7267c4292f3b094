-- Discord embeds, within Discord's limits: lengths count UTF-16 code units, which is never less than Discord counts.
local limits = require("lib.limits")

local embeds = {}

local ALL = 6000            -- characters in all embeds of a message together
local TITLE, DESCRIPTION, FIELDS, NAME, VALUE, FOOTER, AUTHOR = 256, 4096, 25, 256, 1024, 2048, 256

local EMPTY = "\u{200B}"    -- Discord refuses empty names and values; this one shows nothing

local GREEN, BLUE, RED, GREY = 0x2ECC71, 0x3498DB, 0xE74C3C, 0x95A5A6
local COLOURS = { created = GREEN, resolved = GREEN, updated = BLUE, categorized = BLUE, deleted = RED, failed = RED, error = RED }

-- The colour of "#RRGGBB", or that of the event's type.
function embeds.colour(given, kind)
  if given then return tonumber(given:sub(2), 16) end
  return COLOURS[kind:match("([^.]+)$")] or GREY
end

local function filled(s) return s == "" and EMPTY or s end

-- Returns the embed of a message from lib.message.
function embeds.of(said, colour)
  local fields = {}
  for i = 1, math.min(#said.facts, FIELDS) do
    local fact = said.facts[i]
    fields[i] = { name = filled(fact.label), value = fact.value, inline = #fact.value <= 40 }
  end
  return {
    title = said.title ~= "" and said.title or nil,
    url = said.link,
    description = said.text ~= "" and said.text or nil,
    fields = #fields > 0 and fields or nil,
    color = colour,
    footer = { text = said.source },
    timestamp = type(said.timestamp) == "string" and time.parse(said.timestamp) and said.timestamp or nil,
  }
end

-- Cuts one member, and returns how many characters of the message's share it takes.
local function fit(owner, name, most, left)
  local s = type(owner) == "table" and owner[name]
  if type(s) ~= "string" then return 0 end
  if left < 1 then
    owner[name] = nil
    return 0
  end
  owner[name] = limits.cut(s, math.min(most, left), name)
  return limits.units(owner[name])
end

local function fit_fields(embed, left)
  local kept, used = {}, 0
  for i = 1, math.min(#embed.fields, FIELDS) do
    local field = embed.fields[i]
    if left - used < NAME + 1 then break end
    used = used + fit(field, "name", NAME, left - used)
    used = used + fit(field, "value", VALUE, left - used)
    kept[i] = field
  end
  if #kept < #embed.fields then log.info("fields cut to " .. #kept) end
  embed.fields = #kept > 0 and kept or nil
  return used
end

-- Cuts embeds in place to every limit: titles and footers first, so that a long description gives way to them.
function embeds.fit(list)
  local left = ALL
  for _, embed in ipairs(list) do
    left = left - fit(embed, "title", TITLE, left) - fit(embed.author, "name", AUTHOR, left) - fit(embed.footer, "text", FOOTER, left)
  end
  for _, embed in ipairs(list) do
    if type(embed.fields) == "table" then left = left - fit_fields(embed, left) end
    left = left - fit(embed, "description", DESCRIPTION, left)
  end
  return list
end

return embeds
