-- What a message says of an event: a title, a text, facts and a link; from the options' templates where they are given, and
-- read from the event where they are not. It knows of no provider: each plugin gives the escape that its format needs.
local input = require("lib.input")
local limits = require("lib.limits")

local message = {}

local MOST_FACTS = 10
local MOST_ITEMS = 50         -- of a list that is one fact
local LONGEST_VALUE = 1000    -- characters of one fact, unless a provider wants less
local LONGEST_TEXT = 65536    -- characters of the longest text that a provider takes
local LONGEST_PART = 2000     -- characters of a value in a title or a fact: what is longer is cut before work goes into it
local LONGEST_LINK = 2000     -- bytes of a link; no provider takes much more
local MARKS = 8               -- characters with its markup that a visible one may take

-- Members of `data` that are read as the text, in this order.
local TEXTS = { "content", "memory", "text", "message", "summary", "description", "body" }
-- Members of an envelope, not shown as facts when an event has nothing in `data`.
local ENVELOPE = { id = true, event = true, type = true, timestamp = true, namespace = true, data = true }

local function is_text(value) return type(value) == "string" and value ~= "" end
local function is_table(value) return type(value) == "table" end

-- "memory.created" -> "Memory created", "memory_id" -> "Memory id"
local function humanise(name)
  local words = text.trim((name:gsub("[._%-]+", " ")))
  return words:sub(1, 1):upper() .. words:sub(2)
end

local function as_text(value)
  if type(value) == "string" then return value end
  if math.type(value) == "float" and value == math.floor(value) and math.abs(value) < 1e15 then return string.format("%.0f", value) end
  return tostring(value)
end

local function as_json(value)
  local ok, shown = pcall(json.encode, value)
  return ok and shown or "(too large to show)"
end

-- One value as a person reads it: lists of plain values with commas, anything deeper as JSON.
local function show(value)
  if not is_table(value) then return as_text(value) end
  local items = {}
  for i = 1, math.min(#value, MOST_ITEMS) do
    if is_table(value[i]) then return as_json(value) end
    items[i] = as_text(value[i])
  end
  if #items == 0 then return next(value) and as_json(value) or "" end
  if #value > MOST_ITEMS then items[MOST_ITEMS + 1] = "…" end
  return table.concat(items, ", ")
end

-- What templates see.
message.view = input.view

-- Fills a template; values of more than `most` characters are cut before they are escaped.
local function filled(template_text, view, escape, most)
  return template.render(template_text, view, { escape = function(s) return escape(text.truncate(s, most)) end })
end

-- Renders a template of a title, a fact or another short text, without white space around it.
function message.render(template_text, view, escape)
  return text.trim(text.truncate(filled(template_text, view, escape, LONGEST_PART), 2 * LONGEST_PART, ""))
end

local function plain(s) return s end

local function body_of(event)
  if not is_table(event) then return {} end
  return is_table(event.data) and next(event.data) ~= nil and event.data or event
end

local function own_text(event, body)
  if not is_table(event) then return as_text(event) end
  for _, name in ipairs(TEXTS) do
    if is_text(body[name]) then return body[name], name end
  end
  return ""
end

local function repeats_the_event(name, value, event, ctx)
  if body_of(event) == event and ENVELOPE[name] then return true end
  return name == "namespace" and value == ctx.namespace or name == "created_at" and value == event.timestamp
end

local function own_facts(event, ctx, body, text_member, style)
  local facts, escape, longest = {}, style.escape or plain, style.most_value or LONGEST_VALUE
  for name, value in pairs(body) do
    if #facts == MOST_FACTS then break end
    local worth = type(name) == "string" and name ~= text_member and value ~= json.null and not repeats_the_event(name, value, event, ctx)
    local shown = worth and show(value) or ""
    if shown ~= "" then
      facts[#facts + 1] = { label = escape(text.truncate(humanise(name), 100)), value = escape(text.truncate(shown, longest)) }
    end
  end
  return facts
end

-- `fields` of the options: "Label: template" each; the ones that render to nothing are left out.
local function chosen_facts(fields, view, escape)
  local facts = {}
  for _, field in ipairs(fields) do
    local label, value = field:match("^([^:{]*):%s*(.*)$")
    local shown = message.render(value or field, view, escape)
    if shown ~= "" then facts[#facts + 1] = { label = escape(label or ""), value = shown } end
  end
  return facts
end

-- Renders the `link` option: values are URL-encoded, and only http and https links come through.
function message.link(link, view)
  if not link then return nil end
  local url = message.render(link, view, text.escape_url)
  if #url > LONGEST_LINK or not url:find("^https?://.") then return nil end
  return (url:gsub('[%c%s<>|"]', function(c) return string.format("%%%02X", c:byte()) end))
end

-- Puts a message together. `style.escape` makes a value harmless in the provider's markup, `style.escape_title` (default: `escape`) one
-- in the title; `style.most_text` and `style.most_value` are how many characters of the event's own text and of each fact are wanted;
-- `style.quiet` keeps what is cut out of the log.
-- Returns {title, text, facts = {{label, value}...}, link, origin = {type, namespace}}, escaped, and unescaped {type, timestamp, source}:
-- `source` is the origin in one line.
function message.compose(event, ctx, style)
  local options, escape = ctx.options, style.escape or plain
  local escape_title = style.escape_title or escape
  local view, body = message.view(event, ctx), body_of(event)
  local kind = is_text(view.event) and view.event or is_text(ctx.event.event) and ctx.event.event or "event"
  local own, member = own_text(event, body)

  local said = { type = kind, timestamp = is_text(view.timestamp) and view.timestamp or ctx.event.timestamp }
  said.title = options.title and message.render(options.title, view, escape_title) or escape_title(humanise(kind))
  local most = style.most_text or LONGEST_TEXT
  said.text = options.text and text.trim(text.truncate(filled(options.text, view, escape, most), MARKS * most, ""))
    or escape(limits.cut_characters(text.trim(own), most, not style.quiet and "text" or nil))
  if options.fields then
    said.facts = chosen_facts(options.fields, view, escape)
  else
    said.facts = options.text and {} or own_facts(event, ctx, body, member, style)
  end
  if said.title == "" and said.text == "" and #said.facts == 0 then said.title = escape_title(humanise(kind)) end
  said.link = message.link(options.link, view)
  said.origin, said.source = { escape(kind) }, kind
  if is_text(ctx.namespace) then
    said.origin[2] = escape(ctx.namespace)
    said.source = kind .. " · " .. ctx.namespace
  end
  return said
end

-- One line of the message for notifications: the title, and the text's first line.
function message.headline(said)
  local first = said.text:match("[^\n]+") or ""
  if said.title == "" then return first end
  return first == "" and said.title or said.title .. ": " .. first
end

-- The message as one text: title, text, facts and link, a line each. `bold` marks titles and labels, `mention` goes before the title.
function message.lines(said, bold, mention, link)
  local lines = {}
  local function add(line)
    if line and line ~= "" then lines[#lines + 1] = line end
  end
  local title = said.title ~= "" and bold((said.title:gsub("%s+", " "))) or ""
  add(mention and text.trim(mention .. " " .. title) or title)
  add(said.text)
  for _, fact in ipairs(said.facts) do add(fact.label ~= "" and bold(fact.label .. ":") .. " " .. fact.value or fact.value) end
  add(link)
  return table.concat(lines, "\n")
end

-- Renders every text in `value` as a template, members and elements kept: for options that hold a provider's own layout.
function message.fill(value, view, escape)
  if type(value) == "string" then return filled(value, view, escape, LONGEST_TEXT) end
  if not is_table(value) or next(value) == nil then return value end
  local copy = {}
  for name, member in pairs(value) do copy[name] = message.fill(member, view, escape) end
  return copy
end

return message
