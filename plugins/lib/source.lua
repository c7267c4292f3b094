-- What the plugins share that read requests of providers: types, ids and times of events, and refusals.
local source = {}

local LONGEST_ID = 90      -- characters of a provider's id that is taken as it is; with the source's id before it, it is an event's
local LONGEST_PART = 100   -- characters of a part of a type

-- Returns the body's JSON object; else nil with the status and the message to refuse the request with.
function source.object(request)
  local value = request.json
  if value == nil then return nil, 400, "expected a JSON object as the body, got no JSON" end
  if type(value) ~= "table" or not request.body:find("^[ \t\r\n]*{") then
    return nil, 400, "expected a JSON object as the body, got another JSON value"
  end
  return value
end

-- Returns the body's JSON array; else nil with the status and the message to refuse the request with.
function source.list(request, of)
  local value = request.json
  if type(value) == "table" and request.body:find("^[ \t\r\n]*%[") then return value end
  return nil, 400, "expected a JSON array of " .. of .. " as the body"
end

-- Tells whether the body is a form, `application/x-www-form-urlencoded`.
function source.is_form(request)
  return (request.headers["content-type"] or ""):lower():find("^%s*application/x%-www%-form%-urlencoded") ~= nil
end

local function is_text(value)
  if type(value) == "string" then return utf8.len(value) ~= nil end
  for _, item in ipairs(value) do
    if not utf8.len(item) then return false end
  end
  return true
end

-- Returns the parameters of a form, a text each or a list of texts; else nil with the status and the message to refuse the request with.
function source.form(request)
  local form = url.parse_query(request.body)
  for name, value in pairs(form) do
    if not is_text(name) or not is_text(value) then return nil, 400, "expected a form in UTF-8" end
  end
  return json.object(form)
end

-- Returns `value` when it is a text that is not empty, else nil.
function source.text(value)
  if type(value) == "string" and value ~= "" then return value end
end

-- Returns `value` when it is a table, else nil.
function source.table(value)
  if type(value) == "table" then return value end
end

-- Tells whether a value of the request is a JSON object.
function source.is_object(value)
  return type(value) == "table" and value[1] == nil and (next(value) ~= nil or json.encode(value) == "{}")
end

-- Returns what can be an event's data: an object as it is, anything else as member `value` of one.
function source.data(value)
  if source.is_object(value) then return value end
  return { value = value == nil and json.null or value }
end

local function part(word) return (tostring(word):gsub("[^%w_-]+", "_"):sub(1, LONGEST_PART)) end

-- Joins words to the type of an event. What a type cannot have becomes "_"; words that are missing or empty are left out.
function source.type(...)
  local words = {}
  for i = 1, select("#", ...) do
    local word = select(i, ...)
    if word ~= nil and word ~= json.null and word ~= "" then
      for _, piece in ipairs(text.split(tostring(word), ".")) do
        if piece ~= "" then words[#words + 1] = part(piece) end
      end
    end
  end
  return table.concat(words, "."):sub(1, 256)
end

-- Makes the id of an event of what the provider calls it: the same for a repeat, another one for every source. nil when there is none.
function source.id(ctx, given)
  if given == nil or given == json.null or given == "" then return nil end
  given = tostring(given)
  if #given > LONGEST_ID or given:find("[^%w_:-]") then given = uuid_from(given) end
  return ctx.source.id .. ":" .. given
end

local LATEST = 253402300799   -- the last second of the year 9999

-- Writes a time as events have it: from RFC 3339, or from seconds or milliseconds since 1970, as a number or a text. nil for anything else.
function source.time(value)
  local number = tonumber(value)
  if number then
    if number > LATEST then number = number / 1000 end
    if number ~= number or number < 0 or number > LATEST then return nil end
    if number == math.floor(number) then number = math.tointeger(number) or number end
    return time.format(number)
  end
  if type(value) == "string" and time.parse(value) then return value end
end

-- Returns the namespace that the sender gives; nil where the source has one, which counts whatever the sender says.
function source.namespace(ctx, given)
  if ctx.namespace == nil then return given end
end

local function is_name(value, most, forbidden)
  return type(value) == "string" and #value >= 1 and #value <= most and not value:find(forbidden)
end

-- What an event may have, member by member, and how a refusal says it.
local RULES = {
  { "id", "1 to 128 characters of A-Z, a-z, 0-9, _, : and -", function(value) return is_name(value, 128, "[^%w_:-]") end },
  { "event", "a type of 1 to 256 characters of A-Z, a-z, 0-9, _, - and .", function(value) return is_name(value, 256, "[^%w_.-]") end },
  { "timestamp", "an RFC 3339 time", function(value) return type(value) == "string" and time.parse(value) ~= nil end },
  { "namespace", "1 to 256 bytes of text without control characters", function(value) return is_name(value, 256, "%c") end },
  { "namespace", 'another one than "tidehook", which is for Tidehook\'s own events', function(value) return value ~= "tidehook" end },
}

-- Tells what an event cannot have of what its sender chose; nil when all is well. Members that are absent or null are left to Tidehook.
function source.problem(event)
  for _, rule in ipairs(RULES) do
    local value = event[rule[1]]
    if value ~= nil and value ~= json.null and not rule[3](value) then return rule[1] .. ": expected " .. rule[2] end
  end
end

-- Refuses a request that lacks something that the provider always sends.
function source.missing(what) return nil, 400, "expected " .. what end

return source
