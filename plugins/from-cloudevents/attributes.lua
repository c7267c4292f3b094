-- The context attributes of a CloudEvent: what it says besides its data.
local attributes = {}

local REQUIRED = { "specversion", "id", "source", "type" }
local TEXTS = { specversion = true, id = true, source = true, type = true, subject = true, time = true, dataschema = true, datacontenttype = true }

-- U+0080…9F, U+FDD0…FDEF, and the last two code points of each plane, in UTF-8.
local FORBIDDEN = { "\xC2[\x80-\x9F]", "\xEF\xB7[\x90-\xAF]", "\xEF\xBF[\xBE\xBF]", "[\xF0-\xF4][\x8F\x9F\xAF\xBF]\xBF[\xBE\xBF]" }

-- The media type of a request's body in lower case, without parameters; empty for none.
function attributes.media(request)
  return text.trim((request.headers["content-type"] or ""):match("^[^;]*"):lower())
end

local function is_scalar(value)
  if type(value) == "number" then return math.type(value) == "integer" and value >= -0x80000000 and value <= 0x7FFFFFFF end
  return type(value) == "string" or type(value) == "boolean"
end

-- CloudEvents 1.0.2, type system: no control characters, and none of the code points that are no characters.
local function is_clean(value)
  if not utf8.len(value) or value:find("%c") then return false end
  for _, forbidden in ipairs(FORBIDDEN) do
    if value:find(forbidden) then return false end
  end
  return true
end

local function problem_with(name, value)
  if not name:find("^[a-z0-9]+$") or name == "data" then return name .. ": expected a name of lower-case letters and digits" end
  if TEXTS[name] and (type(value) ~= "string" or value == "") then return name .. ": expected a text that is not empty" end
  if not is_scalar(value) then return name .. ": expected a text, a whole number of 32 bits, true or false" end
  if type(value) == "string" and not is_clean(value) then return name .. ": expected a text in UTF-8 without control characters" end
  if name == "time" and not time.parse(value) then return "time: expected an RFC 3339 time" end
end

-- Adds an attribute to `found`; returns what is wrong with it.
local function add(found, name, value)
  if value == json.null then return nil end
  local problem = problem_with(name, value)
  if not problem then found[name] = value end
  return problem
end

local function checked(found, problem, prefix)
  if problem then return nil, prefix .. problem end
  for _, name in ipairs(REQUIRED) do
    if found[name] == nil then return nil, prefix .. name .. ": is required, an attribute of every CloudEvent" end
  end
  if found.specversion ~= "1.0" then return nil, prefix .. "specversion: expected 1.0, got " .. found.specversion end
  return found
end

-- The attributes of a CloudEvent in JSON; nil and what is wrong.
function attributes.of_object(item)
  local found, problem = {}, nil
  for name, value in pairs(item) do
    if name ~= "data" and name ~= "data_base64" then problem = problem or add(found, tostring(name), value) end
  end
  return checked(found, problem, "")
end

-- Undoes the quoting of earlier versions of the binding, then the percent-encoding (HTTP binding 1.0.2, 3.1.3.2).
local function decoded(value)
  if value:find('^".*"$') then value = value:sub(2, -2):gsub("\\(.)", "%1") end
  return url.decode(value)
end

-- The attributes in headers; nil and what is wrong.
function attributes.of_headers(headers)
  local found, problem = {}, nil
  for header, value in pairs(headers) do
    local name = header:match("^ce%-(.+)$")
    if name then problem = problem or add(found, name, decoded(value)) end
  end
  if headers["content-type"] then problem = problem or add(found, "datacontenttype", headers["content-type"]) end
  return checked(found, problem, "ce-")
end

return attributes
