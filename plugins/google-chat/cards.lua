-- Messages for Google Chat: a card or a text, within the sizes that a webhook takes.
local limits = require("lib.limits")
local message = require("lib.message")

local cards = {}

local MOST_BYTES = 32000   -- bytes of a whole message
local MOST_TITLE = 200
local MOST_NOTICE = 500

cards.MOST_TEXT = 4096          -- characters of a text message
cards.MOST_CARD = MOST_BYTES    -- characters of a card's text

local function paragraph(s) return { textParagraph = { text = s } } end

local function button(link, words)
  return { buttonList = { buttons = { { text = words, onClick = { openLink = { url = link } } } } } }
end

-- Returns the widgets of a message from lib.message, and the places of their texts.
local function widgets_of(said, options)
  local widgets, places = {}, {}
  if said.text ~= "" then
    widgets[1] = paragraph((said.text:gsub("\r?\n", "<br>")))
    places[1] = { widgets[1].textParagraph, "text" }
  end
  for _, fact in ipairs(said.facts) do
    local decorated = { topLabel = fact.label ~= "" and fact.label or nil, text = fact.value, wrapText = true }
    widgets[#widgets + 1] = { decoratedText = decorated }
    places[#places + 1] = { decorated, "text" }
  end
  if said.link then widgets[#widgets + 1] = button(said.link, options.link_text) end
  if #widgets == 0 then widgets[1] = paragraph(text.escape_html(said.title)) end
  return widgets, places
end

local CHARACTERS = { ["&lt;"] = "<", ["&gt;"] = ">", ["&quot;"] = '"', ["&#39;"] = "'", ["&amp;"] = "&" }

-- HTML as plain text.
local function without_html(s)
  return (text.truncate(s, 2 * MOST_NOTICE):gsub("<[^<>]*>", ""):gsub("&[%w#]+;", CHARACTERS))
end

-- Returns the message with a card, and the places of its texts. The card's header and the text for notifications are plain, its widgets are HTML.
function cards.of(said, options)
  local widgets, places = widgets_of(said, options)
  local subtitle = type(said.timestamp) == "string" and said.source .. " · " .. said.timestamp or said.source
  local title = limits.cut((said.title:gsub("%s+", " ")), MOST_TITLE, "title")
  local header = { title = title ~= "" and title or "Event", subtitle = subtitle }
  return {
    fallbackText = limits.cut(message.headline({ title = said.title, text = without_html(said.text) }), MOST_NOTICE),
    cardsV2 = { { cardId = "event", card = { header = header, sections = { { widgets = widgets } } } } },
  }, places
end

-- Cuts HTML text without leaving half an "&amp;" or "<br>" behind.
local function cut_html(s, most)
  s = limits.cut_json(s, most)
  local tail = s:sub(-20)
  return s:sub(1, -21) .. tail:gsub("&%w*…$", "…"):gsub("<%w*…$", "…")
end

-- Shortens the texts at `places` so that the message fits.
function cards.fit(body, places)
  local fits, was_cut = limits.fit(body, MOST_BYTES, places, cut_html)
  if not fits then error("the message is too large: Google Chat takes " .. MOST_BYTES .. " bytes in all", 0) end
  if was_cut then log.info("texts cut: Google Chat takes " .. MOST_BYTES .. " bytes in all") end
  return body
end

return cards
