-- Adaptive Cards for Teams, within the size that a webhook takes.
local limits = require("lib.limits")

local card = {}

local MOST_BYTES = 28000   -- Teams takes about 28 KB, the whole message counted
local MOST_TITLE = 250

card.MOST_TEXT = MOST_BYTES

local COLOURS = { created = "Good", resolved = "Good", deleted = "Attention", failed = "Attention", error = "Attention" }

-- Outside of lists, Teams needs two newlines to begin a new line.
local function lines(s) return (s:gsub("\r\n?", "\n"):gsub("\n+", "\n\n")) end

-- The name of a colour in an Adaptive Card: the given one, or that of the event's type.
function card.colour(given, kind)
  if given then return given:sub(1, 1):upper() .. given:sub(2) end
  return COLOURS[kind:match("([^.]+)$")] or "Default"
end

local function facts_of(facts, places)
  local list = {}
  for i, fact in ipairs(facts) do
    list[i] = { title = fact.label, value = fact.value }
    places[#places + 1] = { list[i], "value" }
  end
  return { type = "FactSet", facts = list }
end

-- Returns the card of a message from lib.message, and the places of its texts.
function card.of(said, options)
  local body, places = {}, {}
  if said.title ~= "" then
    local title = limits.cut((said.title:gsub("%s+", " ")), MOST_TITLE, "title")
    local colour = card.colour(options.color, said.type)
    body[1] = { type = "TextBlock", text = title, size = "Large", weight = "Bolder", wrap = true, color = colour }
  end
  if said.text ~= "" then
    body[#body + 1] = { type = "TextBlock", text = lines(said.text), wrap = true }
    places[1] = { body[#body], "text" }
  end
  if #said.facts > 0 then body[#body + 1] = facts_of(said.facts, places) end
  if type(said.timestamp) == "string" then said.origin[#said.origin + 1] = said.timestamp end
  body[#body + 1] = { type = "TextBlock", text = table.concat(said.origin, " · "), isSubtle = true, size = "Small", wrap = true }
  local actions = said.link and { { type = "Action.OpenUrl", title = options.link_text, url = said.link } } or nil
  return {
    ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json", type = "AdaptiveCard", version = "1.2",
    body = body, actions = actions, msteams = options.wide and { width = "Full" } or nil,
  }, places
end

-- Puts a card into the message that a Workflows webhook takes.
function card.message(content)
  return {
    type = "message",
    attachments = { { contentType = "application/vnd.microsoft.card.adaptive", contentUrl = json.null, content = content } },
  }
end

-- Shortens the texts at `places` so that the message fits.
function card.fit(body, places)
  local fits, was_cut = limits.fit(body, MOST_BYTES, places)
  if not fits then error("the card is too large: Teams takes " .. MOST_BYTES .. " bytes in all", 0) end
  if was_cut then log.info("texts cut: Teams takes " .. MOST_BYTES .. " bytes in all") end
  return body
end

return card
