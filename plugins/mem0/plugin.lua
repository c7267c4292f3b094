-- Makes the payloads that Mem0's webhooks are documented to send: `event_details` and nothing beside it. What more a receiver may want to
-- know stands in headers.

local input = require("lib.input")

local function kind(value) return value == nil and "nothing" or "a " .. type(value) end

-- The first of these fields that is there and not null.
local function field(data, ...)
  for _, name in ipairs({ ... }) do
    if data[name] ~= nil and data[name] ~= json.null then return data[name] end
  end
end

local function memory_id(data)
  local id = field(data, "memory_id", "id")
  if math.type(id) == "integer" then return tostring(id) end
  if type(id) == "string" and id ~= "" then return id end
  error("data.memory_id: expected the id of a memory, got " .. kind(id), 0)
end

local function memory(data)
  local content = field(data, "content", "memory")
  if type(content) == "string" then return content end
  error("data.content: expected the text of a memory, got " .. kind(content), 0)
end

local function change(name)
  return function(data) return { id = memory_id(data), data = { memory = memory(data) }, event = name } end
end

-- A memory that is gone may have lost its text.
local function deleted(data)
  local content = field(data, "content", "memory")
  return { id = memory_id(data), data = { memory = content == nil and json.null or memory(data) }, event = "DELETE" }
end

local function categories(data)
  local list = field(data, "categories", "tags")
  local names = json.array()
  if type(list) ~= "table" then error("data.categories: expected a list of strings, got " .. kind(list), 0) end
  for position, name in pairs(list) do
    if math.type(position) ~= "integer" or type(name) ~= "string" then error("data.categories: expected strings only", 0) end
    names[position] = name
  end
  return names
end

local function categorized(data) return { event = "CATEGORIZE", memory_id = memory_id(data), categories = categories(data) } end

-- Mem0 names these events but does not document what they hold: the data goes along as it is.
local function job(data, type)
  local details = {}
  for name, value in pairs(data) do details[name] = value end
  details.event = type:upper()
  return details
end

-- Mem0's name of each event, and what makes its details.
local events = {
  ["memory.created"] = { name = "memory_add", details = change("ADD") },
  ["memory.updated"] = { name = "memory_update", details = change("UPDATE") },
  ["memory.deleted"] = { name = "memory_delete", details = deleted },
  ["memory.categorized"] = { name = "memory_categorize", details = categorized },
  ingest_job_completed = { name = "ingest_job_completed", details = job },
  ingest_job_partially_completed = { name = "ingest_job_partially_completed", details = job },
  ingest_job_failed = { name = "ingest_job_failed", details = job },
  ingest_job_cancelled = { name = "ingest_job_cancelled", details = job },
}

local function filter(event)
  local type = input.object(event).event
  if events[type] then return true end
  return false, "Mem0 has no event for " .. tostring(type)
end

local function transform(event, ctx)
  if type(event.data) ~= "table" then error("data: expected an object, got " .. type(event.data), 0) end
  local known = events[event.event]
  local headers = { ["X-Mem0-Event"] = known.name, ["X-Mem0-Delivery"] = ctx.delivery.id }
  return { event_details = known.details(event.data, event.event) }, { headers = headers }
end

return {
  name = "mem0",
  version = "1.1.0",
  summary = "Sends the payload of Mem0's webhooks: event_details of ADD, UPDATE, DELETE or CATEGORIZE.",
  kind = "stage",
  filter = filter,
  transform = transform,
}
