-- Moves fields to other names or places.

local paths = require("lib.paths")

local function steps(path, name)
  local list = paths.parse(path)
  for _, step in ipairs(list) do
    if step == "*" then error("fields." .. name .. ": a path with * has no single new place", 0) end
  end
  return list
end

-- The moves in an order that does not depend on how the option was written: the deepest fields first, so that one may be
-- taken out of an object which is moved itself.
local function moves(fields)
  local list, sources = {}, {}
  for from, to in pairs(fields) do
    if type(to) ~= "string" then error("fields." .. from .. ": expected a path, got a " .. type(to), 0) end
    if sources[to] then error("fields: '" .. sources[to] .. "' and '" .. from .. "' would both become '" .. to .. "'", 0) end
    sources[to] = from
    list[#list + 1] = { from = steps(from, from), to = to, depth = #steps(to, from), name = from }
  end
  table.sort(list, function(a, b)
    if #a.from ~= #b.from then return #a.from > #b.from end
    return a.name < b.name
  end)
  return list
end

local function take_out(event, move)
  paths.each(event, move.from, function(container, key)
    if math.type(key) then error("fields." .. move.name .. ": elements of lists have no name to change", 0) end
    move.value = container[key]
    container[key] = nil
  end)
end

-- Outer places are filled first, so that one moved field may be put into another.
local function put_back(event, list)
  table.sort(list, function(a, b)
    if a.depth ~= b.depth then return a.depth < b.depth end
    return a.to < b.to
  end)
  for _, move in ipairs(list) do
    if move.value ~= nil then path.set(event, move.to, move.value) end
  end
end

local function transform(event, ctx)
  local list = moves(ctx.options.fields)
  event = require("lib.input").object(event)
  for _, move in ipairs(list) do take_out(event, move) end
  put_back(event, list)
  return event
end

return {
  name = "rename",
  version = "1.0.0",
  summary = "Gives fields other names, or moves them to other places.",
  kind = "stage",
  options = {
    fields = { type = "object", required = true, description = "Where each field goes: old path to new path." },
  },
  transform = transform,
}
