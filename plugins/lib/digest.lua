-- What one message says of many events: how many of which kind, and a line for each, as many as fit. It knows of no provider.
local message = require("lib.message")
local limits = require("lib.limits")

local digest = {}

local MOST_LINES = 60     -- events that get a line
local MOST_KINDS = 5      -- types that the title names
local MOST_LINE = 200     -- characters of what a line says of its event
local MOST_FACTS = 3      -- facts of an event without a text
local REST = 40           -- characters for the line that says how many more there are

local function plain(s) return s end
local function is_text(value) return type(value) == "string" and value ~= "" end

-- "memory.created" -> "Memory created"
local function humanise(kind)
  local words = text.trim((kind:gsub("[._%-]+", " ")))
  return words:sub(1, 1):upper() .. words:sub(2)
end

local function kind_of(event)
  return type(event) == "table" and is_text(event.event) and event.event or "event"
end

-- The types of the events in the order of their first, and how many there are of each.
local function count_kinds(events)
  local kinds, counts = {}, {}
  for _, event in ipairs(events) do
    local kind = kind_of(event)
    if not counts[kind] then kinds[#kinds + 1] = kind end
    counts[kind] = (counts[kind] or 0) + 1
  end
  return kinds, counts
end

-- "3 × Memory created", or "5 events: 3 Memory created, 2 Memory deleted".
local function title_of(count, kinds, counts)
  if #kinds == 1 then return count == 1 and humanise(kinds[1]) or count .. " × " .. humanise(kinds[1]) end
  local parts = {}
  for i = 1, math.min(#kinds, MOST_KINDS) do parts[i] = counts[kinds[i]] .. " " .. humanise(kinds[i]) end
  if #kinds > MOST_KINDS then parts[MOST_KINDS + 1] = "…" end
  return count .. " events: " .. table.concat(parts, ", ")
end

-- What the text or the facts of an event say, in one line.
local function gist(said)
  local first = said.text:match("[^\n]+")
  if first then return first end
  local parts = {}
  for i = 1, math.min(#said.facts, MOST_FACTS) do
    local fact = said.facts[i]
    parts[i] = fact.label ~= "" and fact.label .. ": " .. fact.value or fact.value
  end
  return (table.concat(parts, ", "):gsub("%s+", " "))
end

-- The line of one event; `bold` marks its title, which is left out where the message's title says the same.
local function line_of(said, bold, names_kind)
  local title = (names_kind and said.title or ""):gsub("%s+", " ")
  local says = gist(said)
  if title == "" then return says ~= "" and says or said.title end
  return says == "" and bold(title) or bold(title) .. ": " .. says
end

-- Puts a message of many events together; `style` is that of lib.message, and `style.bold` marks each event's title. The options `title`
-- and `text` are templates over each event, for its line. `style.most_text` is how many characters there are for all lines.
-- Returns what `message.compose` returns, so that a plugin shows it in its usual way; there are no facts and there is no link.
function digest.compose(events, ctx, style)
  local escape, options = style.escape or plain, ctx.options
  local escape_title = style.escape_title or escape
  local kinds, counts = count_kinds(events)
  local lines, left = {}, style.most_text - REST
  local own = { escape = escape, most_text = MOST_LINE, most_value = MOST_LINE // MOST_FACTS, quiet = true }
  for i, event in ipairs(events) do
    local alone = {
      event = event, namespace = ctx.namespace, webhook = ctx.webhook, now = ctx.now,
      options = { title = options.title, text = options.text, fields = options.fields },
    }
    local line = "• " .. line_of(message.compose(event, alone, own), style.bold, #kinds > 1 or options.title)
    left = left - limits.units(line) - 1
    if i > MOST_LINES or left < 0 then break end
    lines[i] = line
  end
  local more = #events - #lines
  if more > 0 then lines[#lines + 1] = "… and " .. more .. " more" end
  local last = events[#events]
  local said = {
    title = escape_title(title_of(#events, kinds, counts)), text = table.concat(lines, "\n"), facts = {}, origin = {},
    type = #kinds == 1 and kinds[1] or "events", timestamp = type(last) == "table" and last.timestamp or nil,
  }
  said.origin[1] = escape(said.type)
  said.source = said.type
  if is_text(ctx.namespace) then
    said.origin[2] = escape(ctx.namespace)
    said.source = said.type .. " · " .. ctx.namespace
  end
  return said
end

-- What templates of a provider's own layout see of a batch: `count`, `title`, `text`, `events`, and what templates always see.
function digest.view(said, events, ctx)
  return {
    count = #events, title = said.title, text = said.text, events = events, namespace = ctx.namespace, webhook = ctx.webhook, now = ctx.now,
  }
end

return digest
