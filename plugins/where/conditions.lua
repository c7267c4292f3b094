-- Conditions: `{"path": "data.severity", "gte": 3}`, and groups of them, `{"all": […], "any": […], "not": {…}}`.
--
-- They are checked as a whole before the first is asked, so that a mistake shows with the first event and not with a rare one.

local operators = require("where.operators")
local paths = require("lib.paths")

local conditions = {}

local GROUPS = { "all", "any", "not" }

local function is_group(condition) return condition.all ~= nil or condition.any ~= nil or condition["not"] ~= nil end

local check_group

local function check_comparison(condition, place)
  local count = 0
  if type(condition.path) ~= "string" then error(place .. ": expected a path like data.severity in 'path'", 0) end
  for _, step in ipairs(paths.parse(condition.path)) do
    if step == "*" then error(place .. ".path: a condition is about one value, * points at many", 0) end
  end
  for name, operand in pairs(condition) do
    if name ~= "path" then
      local operator = operators[name]
      if not operator then error(place .. ": unknown operator '" .. name .. "'; there are " .. operators.names, 0) end
      if not operator.takes(operand) then
        error(place .. "." .. name .. ": expected " .. operator.expects .. ", got " .. operators.kind(operand), 0)
      end
      count = count + 1
    end
  end
  if count == 0 then error(place .. ": expected an operator besides 'path'; there are " .. operators.names, 0) end
end

local function check_condition(condition, place)
  if type(condition) ~= "table" then error(place .. ": expected a condition, got " .. operators.kind(condition), 0) end
  if is_group(condition) then
    check_group(condition, place .. ".")
  else
    check_comparison(condition, place)
  end
end

local function check_list(list, place)
  if type(list) ~= "table" or #list == 0 then error(place .. ": expected a list of one or more conditions", 0) end
  for i, condition in ipairs(list) do check_condition(condition, place .. "[" .. i .. "]") end
end

function check_group(group, place)
  for name in pairs(group) do
    if name ~= "all" and name ~= "any" and name ~= "not" then
      error(place .. name .. ": expected all, any and not alone, or a path with operators", 0)
    end
  end
  if group.all ~= nil then check_list(group.all, place .. "all") end
  if group.any ~= nil then check_list(group.any, place .. "any") end
  if group["not"] ~= nil then check_condition(group["not"], place .. "not") end
end

-- Raises for the first thing that is wrong with a group.
function conditions.check(group)
  if not is_group(group) then error("give at least one of the options " .. table.concat(GROUPS, ", "), 0) end
  check_group(group, "")
end

local function holds(condition, event)
  if is_group(condition) then return conditions.first_failure(condition, event) == nil end
  local value = paths.value(event, condition.path)
  for name, operand in pairs(condition) do
    if name ~= "path" and not operators[name].holds(value, operand) then return false end
  end
  return true
end

local function any_holds(list, event)
  for _, condition in ipairs(list) do
    if holds(condition, event) then return true end
  end
  return false
end

-- Which part of a group does not hold, in words; nil when all of it holds.
function conditions.first_failure(group, event)
  for i, condition in ipairs(group.all or {}) do
    if not holds(condition, event) then return "all[" .. i .. "] does not hold" end
  end
  if group.any and not any_holds(group.any, event) then return "nothing in any holds" end
  if group["not"] and holds(group["not"], event) then return "what not says holds" end
end

return conditions
