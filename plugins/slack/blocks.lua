-- Block Kit: a message as header, sections, fields and a context line, within Slack's limits.
local limits = require("lib.limits")

local blocks = {}

local HEADER = 150            -- characters of a header
local SECTION = 3000          -- characters of a section's text
local FIELD = 2000            -- characters of one field
local FIELDS = 10             -- fields of one section
local SECTIONS = 4            -- sections that one text may fill: Slack refuses messages whose blocks hold much more

blocks.MOST_TEXT = SECTION * SECTIONS   -- characters of a text

local function mrkdwn(s) return { type = "mrkdwn", text = s } end

-- Where to end a section: after a line, else after a word, else anywhere but inside "&amp;".
local function break_before(s, most)
  local head = limits.head(s, most)
  if #head == #s then return #s end
  local line = head:find("\n[^\n]*$")
  if line and line > #head // 2 then return line end
  local word = head:find("[ \t][^ \t]*$")
  if word and word > #head // 2 then return word end
  local entity = head:find("&%a?%a?%a?$")
  return entity and entity - 1 or #head
end

-- Cuts escaped text without leaving half an "&amp;" behind; `what` is what the log calls it.
function blocks.cut(s, most, what)
  local cut = limits.cut(s, most, what)
  if cut == s then return s end
  local tail = cut:sub(-9)
  return cut:sub(1, -10) .. tail:gsub("&%a?%a?%a?…$", "…")
end

local function add_sections(list, s)
  s = blocks.cut(s, blocks.MOST_TEXT, "text")
  for _ = 1, SECTIONS do
    if s == "" then return end
    local last = break_before(s, SECTION)
    local part = text.trim(s:sub(1, last))
    if part ~= "" then list[#list + 1] = { type = "section", text = mrkdwn(part) } end
    s = s:sub(last + 1)
  end
end

local function add_fields(list, facts)
  local fields = {}
  for i = 1, math.min(#facts, FIELDS) do
    local fact = facts[i]
    local label = fact.label ~= "" and "*" .. fact.label .. "*\n" or ""
    fields[i] = mrkdwn(blocks.cut(label .. fact.value, FIELD, "field"))
  end
  if #fields > 0 then list[#list + 1] = { type = "section", fields = fields } end
end

-- The time as each reader's Slack shows it, with the event's own text for clients that cannot.
local function when(timestamp)
  local seconds = type(timestamp) == "string" and time.parse(timestamp)
  if not seconds then return nil end
  return string.format("<!date^%d^{date_short_pretty} {time}|%s>", math.floor(seconds), (timestamp:gsub("[<>&|]", "")))
end

local function context_line(said, link_text)
  local parts = {}
  if said.link then parts[1] = "<" .. said.link .. "|" .. link_text .. ">" end
  for _, part in ipairs(said.origin) do parts[#parts + 1] = part end
  parts[#parts + 1] = when(said.timestamp)
  return blocks.cut(table.concat(parts, " · "), FIELD)
end

-- Returns the blocks of a message from lib.message whose title is plain and whose other texts are escaped.
function blocks.of(said, mention, link_text)
  local list = {}
  if said.title ~= "" then
    list[1] = { type = "header", text = { type = "plain_text", text = limits.cut((said.title:gsub("%s+", " ")), HEADER, "title") } }
  end
  local body = said.text
  if mention then body = body == "" and mention or mention .. " " .. body end
  add_sections(list, body)
  add_fields(list, said.facts)
  list[#list + 1] = { type = "context", elements = { mrkdwn(context_line(said, link_text)) } }
  return list
end

return blocks
