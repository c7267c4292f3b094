-- Telegram's two markups. Telegram refuses a message whose markup does not parse, so nothing here may leave half a mark behind.
local limits = require("lib.limits")

local markup = {}

markup.MOST = 4096   -- UTF-16 code units of a text, marks not counted
local MARKS = 8      -- characters with its marks that a visible one may take

local html = { mode = "HTML", escape = text.escape_html }

function html.bold(s) return "<b>" .. s .. "</b>" end

local CHARACTERS = { ["&lt;"] = "<", ["&gt;"] = ">", ["&quot;"] = '"', ["&#39;"] = "'", ["&amp;"] = "&" }

-- What a reader sees.
function html.visible(s) return (s:gsub("<[^<>]*>", ""):gsub("&[%w#]+;", CHARACTERS)) end

local markdown = { mode = "MarkdownV2", escape = text.escape_markdown }

function markdown.bold(s) return "*" .. s .. "*" end
function markdown.visible(s) return (s:gsub("\\(%p)", "%1")) end

local plain = {}

function plain.escape(s) return s end
function plain.bold(s) return s end
function plain.visible(s) return s end

markup.formats = { html = html, markdown = markdown, plain = plain }

-- Returns the text to send and its parse mode. What is too long goes without marks: cut marks would be refused.
-- `otherwise` is sent when nothing would be seen.
function markup.fit(s, format, otherwise)
  if text.length(s) > markup.MOST * MARKS then return limits.cut(format.visible(text.truncate(s, markup.MOST * 2)), markup.MOST, "text"), nil end
  local visible = format.visible(s)
  if text.trim(visible) == "" then return otherwise, nil end
  if limits.units(visible) <= markup.MOST then return s, format.mode end
  return limits.cut(visible, markup.MOST, "text"), nil
end

return markup
