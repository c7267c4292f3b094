-- Paths that may point at many values, for plugins that change what they point at: `data.user.id`, `items[1]`,
-- `messages[*].text`, `data.*.token`; and for those that must tell null from nothing, which `path.get` does not.
local paths = {}

-- The steps of a path: names, positions of elements (from 1) and `*`, which is every member or element.
function paths.parse(text)
  local plain = text:gsub("%[(%d+)%]", ".%1"):gsub("%[%*%]", ".*")
  local steps = {}
  if text:sub(1, 1) == "[" then plain = plain:sub(2) end
  for step in (plain .. "."):gmatch("([^.]*)%.") do
    if step == "" or step:find("[%[%]]") then error("'" .. text .. "' is not a path like data.user.id, items[1] or items[*].name", 0) end
    steps[#steps + 1] = step
  end
  return steps
end

-- The key of a table that a step means; nil when there is none.
local function key_of(container, step)
  if container[step] ~= nil then return step end
  local position = step:find("^%d+$") and math.tointeger(tonumber(step))
  if position and container[position] ~= nil then return position end
end

-- The value at a path; nil when it is missing. JSON's null is a value.
function paths.value(root, text)
  local value = root
  for _, step in ipairs(paths.parse(text)) do
    if type(value) ~= "table" then return nil end
    value = value[key_of(value, step) or step]
  end
  return value
end

local function visit(container, steps, depth, found)
  local function enter(key)
    if depth == #steps then return found(container, key) end
    visit(container[key], steps, depth + 1, found)
  end
  if type(container) ~= "table" then return end
  if steps[depth] == "*" then
    for key in pairs(container) do enter(key) end
  else
    local key = key_of(container, steps[depth])
    if key ~= nil then enter(key) end
  end
end

-- Calls `found(container, key)` for each value that the steps point at.
function paths.each(root, steps, found) visit(root, steps, 1, found) end

local function close_gaps(list, count)
  local kept = 0
  for i = 1, count do
    local value = list[i]
    list[i] = nil
    if value ~= nil then
      kept = kept + 1
      list[kept] = value
    end
  end
end

-- Removes everything that the paths point at; the elements after a removed one move up.
function paths.remove(root, texts)
  local counts = {}
  for _, text in ipairs(texts) do
    paths.each(root, paths.parse(text), function(container, key)
      if math.type(key) then counts[container] = counts[container] or #container end
      container[key] = nil
    end)
  end
  for list, count in pairs(counts) do close_gaps(list, count) end
end

-- A tree of the paths' steps: each node has `whole` when a path ends there, and its nodes below by step.
local function tree(texts)
  local root = { below = {} }
  for _, text in ipairs(texts) do
    local node = root
    for _, step in ipairs(paths.parse(text)) do
      node.below[step] = node.below[step] or { below = {} }
      node = node.below[step]
    end
    node.whole = true
  end
  return root
end

-- A set of nodes, with what was found out about it: where steps lead from here, and where every other step does.
local function set_of(nodes) return { nodes = nodes, known = {} } end

local function followed(set, step)
  local found = {}
  local function add(node)
    if node then found[#found + 1] = node end
    return node and node.whole
  end
  for _, node in ipairs(set.nodes) do
    if add(node.below[step]) or add(node.below["*"]) then return "whole" end
  end
  return #found > 0 and set_of(found)
end

local function has_step(set, step)
  for _, node in ipairs(set.nodes) do
    if node.below[step] then return true end
  end
  return false
end

-- Where a step leads: to another set, to "whole" when a path ends there, or to false.
local function follow(set, step)
  local next_set = set.known[step]
  if next_set ~= nil then return next_set end
  if has_step(set, step) then
    next_set = followed(set, step)
    set.known[step] = next_set
    return next_set
  end
  if set.others == nil then set.others = followed(set, "*") end
  return set.others
end

-- Removes what no path leads to. Returns whether anything is left.
local function prune(container, set)
  if type(container) ~= "table" then return false end
  local count, left = #container, false
  for key, value in pairs(container) do
    local below = follow(set, type(key) == "string" and key or tostring(key))
    if below == "whole" or (below and prune(value, below)) then
      left = true
    else
      container[key] = nil
    end
  end
  close_gaps(container, count)
  return left
end

-- Keeps only what the paths point at, where it stands.
function paths.keep(root, texts) prune(root, set_of({ tree(texts) })) end

return paths
