-- Keeps a table in step with memories: makes the row operations that a database destination carries out.

local input = require("lib.input")
local paths = require("lib.paths")

-- The default columns, in the order of the table that `create` makes.
local COLUMNS = {
  { name = "memory_id", type = "text" },
  { name = "content", type = "text" },
  { name = "tags", type = "json" },
  { name = "namespace", type = "text" },
  { name = "created_at", type = "time" },
  { name = "updated_at", type = "time" },
}

local UPSERTS = { ["memory.created"] = true, ["memory.updated"] = true }

-- What the default columns hold of an event.
local function default_values(event, ctx)
  local data = event.data
  local is_new = event.event == "memory.created"
  return {
    memory_id = data.memory_id,
    content = data.content,
    tags = data.tags,
    namespace = data.namespace or ctx.namespace,
    created_at = data.created_at or (is_new and event.timestamp or nil),
    updated_at = data.updated_at or event.timestamp,
  }
end

-- What columns of one's own hold: the values that paths point at; what is missing leaves its column as it is.
local function own_values(event, columns)
  local values = {}
  for column, place in pairs(columns) do
    if type(place) ~= "string" then error("columns." .. column .. ": expected a path, got a " .. type(place), 0) end
    values[column] = paths.value(event, place)
  end
  return values
end

local function take_key(values, name)
  local value = values[name]
  if value == nil or value == json.null or value == "" then error("the key " .. name .. ": the event has no value for it", 0) end
  values[name] = nil
  return { [name] = value }
end

local function check(options)
  local columns = options.columns
  if not columns and options.key ~= "memory_id" then error("key: without columns of your own it is memory_id", 0) end
  if columns and columns[options.key] == nil then error("columns: expected the key " .. options.key .. " among them", 0) end
  if columns and options.create then error("create: it makes the default table; make the one for columns of your own yourself", 0) end
end

local function filter(event)
  local type = input.object(event).event
  if UPSERTS[type] or type == "memory.deleted" then return true end
  return false, "no row for " .. tostring(type)
end

local function transform(event, ctx)
  local options = ctx.options
  check(options)
  if type(event.data) ~= "table" then error("data: expected an object, got " .. type(event.data), 0) end
  local values = options.columns and own_values(event, options.columns) or default_values(event, ctx)
  local operation = { table = options.table, key = take_key(values, options.key) }
  if options.create then operation.create = COLUMNS end
  if UPSERTS[event.event] then operation.values = json.object(values) else operation.delete = true end
  return operation
end

return {
  name = "database",
  version = "1.0.0",
  summary = "Keeps a table in step with memories: upserts created and updated ones, deletes deleted ones.",
  kind = "stage",
  options = {
    table = { type = "string", default = "memories", min = 1, max = 63, description = "The table." },
    key = { type = "string", default = "memory_id", min = 1, max = 63, description = "The column that identifies a memory; it needs a unique index." },
    columns = { type = "object", description = "Columns of your own, each with the path of its value in the event; the default columns unless given." },
    create = { type = "boolean", default = false, description = "Makes the table with the default columns when it is missing." },
  },
  filter = filter,
  transform = transform,
}
