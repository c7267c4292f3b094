-- What conditions can say about one value. A value that is missing is nil; JSON's null is a value.
--
-- `takes` judges the operand, `expects` says what it must be, `holds` compares. Nothing is converted: "3" is not 3.

local function kind(value)
  if value == json.null then return "null" end
  if type(value) ~= "table" then return "a " .. type(value) end
  return json.encode(value):sub(1, 1) == "[" and "a list" or "an object"
end

local function is_empty(value) return next(value) == nil end

local function same(a, b)
  if a == b then return true end
  if type(a) ~= "table" or type(b) ~= "table" then return false end
  if is_empty(a) or is_empty(b) then return is_empty(a) and is_empty(b) and kind(a) == kind(b) end
  local count = 0
  for key, value in pairs(a) do
    if not same(value, b[key]) then return false end
    count = count + 1
  end
  for _ in pairs(b) do count = count - 1 end
  return count == 0
end

local function among(value, list)
  for _, item in ipairs(list) do
    if same(value, item) then return true end
  end
  return false
end

local function is_anything() return true end
local function is_boolean(value) return type(value) == "boolean" end
local function is_text(value) return type(value) == "string" end
local function is_ordered(value) return type(value) == "number" or type(value) == "string" end
local function is_list(value) return type(value) == "table" and (#value > 0 or kind(value) == "a list") end

local function is_pattern(value) return is_text(value) and (pcall(string.find, "", value)) end

-- Numbers are compared as numbers, texts byte by byte, and nothing else is.
local function comparison(compare)
  return {
    expects = "a number or a string",
    takes = is_ordered,
    holds = function(value, operand) return is_ordered(value) and type(value) == type(operand) and compare(value, operand) end,
  }
end

local function on_text(expects, takes, compare)
  return { expects = expects, takes = takes, holds = function(value, operand) return is_text(value) and compare(value, operand) end }
end

local function contains(value, operand)
  if is_text(value) then return is_text(operand) and value:find(operand, 1, true) ~= nil end
  return type(value) == "table" and among(operand, value)
end

return {
  kind = kind,
  names = "eq, ne, gt, gte, lt, lte, in, nin, contains, starts_with, ends_with, matches, exists",
  eq = { takes = is_anything, holds = function(value, operand) return value ~= nil and same(value, operand) end },
  ne = { takes = is_anything, holds = function(value, operand) return value == nil or not same(value, operand) end },
  gt = comparison(function(a, b) return a > b end),
  gte = comparison(function(a, b) return a >= b end),
  lt = comparison(function(a, b) return a < b end),
  lte = comparison(function(a, b) return a <= b end),
  ["in"] = { expects = "a list", takes = is_list, holds = function(value, operand) return value ~= nil and among(value, operand) end },
  nin = { expects = "a list", takes = is_list, holds = function(value, operand) return value ~= nil and not among(value, operand) end },
  contains = { takes = is_anything, holds = contains },
  starts_with = on_text("a string", is_text, text.starts_with),
  ends_with = on_text("a string", is_text, text.ends_with),
  matches = on_text("a Lua pattern", is_pattern, function(value, operand) return value:find(operand) ~= nil end),
  exists = { expects = "true or false", takes = is_boolean, holds = function(value, operand) return (value ~= nil) == operand end },
}
