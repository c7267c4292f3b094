-- `path`: values deep inside of tables, by a text such as "data.user.id".
local host = ...
local json_array, null = json.array, json.null
local find, sub, byte, match = string.find, string.sub, string.byte, string.match
local tointeger, type, format = math.tointeger, type, string.format
local DOT, OPEN = byte("."), byte("[")

local function refuse(name, path, problem) host.fail(format("%s: path '%s' %s", name, path, problem)) end

-- The next name of a path and where the one after it begins; the second result is the position that the name may stand for.
local function step(name, path, at)
  local key, index, after
  if byte(path, at) == OPEN then
    key, after = match(path, "^%[(%d+)%]()", at)
    if not key then refuse(name, path, format("has no number and ']' after the '[' at %d", at)) end
    index, key = tointeger(key) or math.maxinteger, nil
    if index < 1 then refuse(name, path, format("has an element that does not exist at %d: elements count from 1", at)) end
  else
    after = find(path, "[.[]", at) or #path + 1
    if after == at then refuse(name, path, format("has an empty name at %d", at)) end
    key = sub(path, at, after - 1)
    index = match(key, "^[1-9]%d*$") and tointeger(key)
  end
  if byte(path, after) == DOT then
    after = after + 1
    if after > #path then refuse(name, path, format("has an empty name at %d", after)) end
  elseif after <= #path and byte(path, after) ~= OPEN then
    refuse(name, path, format("needs a '.' or '[' at %d", after))
  end
  return key, index, after
end

local function get(t, path, default)
  path = host.text("path.get", "path", path)
  if t ~= nil and t ~= null and type(t) ~= "table" then host.refuse("path.get", "t", t, "a table") end
  local value, at = t, 1
  if path == "" then refuse("path.get", path, "is empty") end
  while at <= #path do
    local key, index
    key, index, at = step("path.get", path, at)
    if type(value) == "table" then
      local member
      if key ~= nil then member = value[key] end
      if member == nil and index then member = value[index] end
      value = member
    else
      value = nil
    end
  end
  if value == nil or value == null then return default end
  return value
end

-- What a name stands for in a table: a position in arrays, else a member.
local function key_in(t, key, index)
  if key == nil then return index end
  if index and t[key] == nil and host.shape(t) ~= "object" then return index end
  return key
end

local function set_item(t, key, value, path)
  if type(key) == "number" and value ~= nil and key > #t + 1 then
    refuse("path.set", path, format("would leave a hole: there are %d elements before element %d", #t, key))
  end
  t[key] = value
end

local function set(t, path, value)
  path = host.text("path.set", "path", path)
  host.table("path.set", "t", t)
  if path == "" then refuse("path.set", path, "is empty") end
  local holder, at = t, 1
  local key, index
  key, index, at = step("path.set", path, at)
  while at <= #path do
    local from = at
    local next_key, next_index
    next_key, next_index, at = step("path.set", path, at)
    local place = key_in(holder, key, index)
    local inner = holder[place]
    if inner == nil or inner == null then
      if value == nil then return t end
      inner = next_index and json_array() or {}
      set_item(holder, place, inner, path)
    elseif type(inner) ~= "table" then
      refuse("path.set", path, format("goes through a %s before %d", type(inner), from))
    end
    holder, key, index = inner, next_key, next_index
  end
  set_item(holder, key_in(holder, key, index), value, path)
  return t
end

return {
  {
    name = "path.get",
    summary = "Looks up a value by its path: names with dots between them; `items[1]` and `items.1` are the first element of an array. "
      .. "What is absent on the way, null, or not a table makes the value missing, never an error. Names that hold a dot cannot be reached.",
    parameters = {
      { name = "t", type = "table", about = "where to begin; nil and null have no members" },
      { name = "path", type = "string", about = "such as `data.user.id`" },
      { name = "default", type = "any", about = "what to return for a value that is missing or null", optional = true },
    },
    returns = { type = "any", about = "the value, or `default`" },
    example = {
      { code = 'path.get({ data = { user = { id = 7 } } }, "data.user.id")', result = "7" },
      { code = 'path.get({ items = { { name = "a" }, { name = "b" } } }, "items[2].name")', result = '"b"' },
      { code = 'path.get({ data = { user = json.null } }, "data.user.id", "nobody")', result = '"nobody"' },
    },
    body = get,
  },
  {
    name = "path.set",
    summary = "Sets a value by its path, in the table itself. Tables that are absent or null on the way are made; nil removes what is there.",
    parameters = {
      { name = "t", type = "table", about = "the table to change" },
      { name = "path", type = "string", about = "as for `path.get`; an array may grow by one element at its end" },
      { name = "value", type = "any", about = "the value, or nil" },
    },
    returns = { type = "table", about = "`t`" },
    example = {
      { code = 'json.encode(path.set({}, "data.user.id", 7))', result = [['{"data":{"user":{"id":7}}}']] },
      { code = 'json.encode(path.set({ tags = { "a" } }, "tags[2]", "b"))', result = [['{"tags":["a","b"]}']] },
      { code = 'json.encode(path.set({ id = 1, secret = "s" }, "secret", nil))', result = [['{"id":1}']] },
    },
    body = set,
  },
}
