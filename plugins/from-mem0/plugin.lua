-- Makes events of Mem0's webhooks: memory.created, memory.updated, memory.deleted, memory.categorized.
-- Example Input:  {"method":"POST","body":"{\"event_details\":{\"id\":\"a1\",\"data\":{\"memory\":\"Name is Alex\"},\"event\":\"ADD\"}}"}
-- Example Output: [{"id":"src_1:…","event":"memory.created","data":{"memory_id":"a1","content":"Name is Alex"}}]
local source = require("lib.source")

local TYPES = {
  ADD = "memory.created",
  UPDATE = "memory.updated",
  DELETE = "memory.deleted",
  CATEGORIZE = "memory.categorized",
  INGEST_JOB_COMPLETED = "ingest_job_completed",
  INGEST_JOB_PARTIALLY_COMPLETED = "ingest_job_partially_completed",
  INGEST_JOB_FAILED = "ingest_job_failed",
  INGEST_JOB_CANCELLED = "ingest_job_cancelled",
}

local function is_given(value) return value ~= nil and value ~= json.null end

-- Adds members that are not there yet.
local function add(data, members, without)
  for name, value in pairs(source.table(members) or {}) do
    if data[name] == nil and not without[name] then data[name] = value end
  end
end

-- REM Labs' names, which scripts look for; all other members stay beside them.
local function data_of(details)
  local data = json.object()
  if not TYPES[details.event]:find("^memory") then
    add(data, details, { event = true })
    return data
  end
  data.memory_id = is_given(details.id) and details.id or details.memory_id
  if source.table(details.data) then data.content = details.data.memory end
  add(data, details.data, { memory = true })
  add(data, details, { id = true, event = true, data = true })
  return data
end

-- Mem0 sends no id of its own. A memory is added once and deleted once; of other events a repeat looks like a second one.
local function id_of(details, data, request, ctx)
  local delivery = request.headers["x-mem0-delivery"]
  if delivery then return source.id(ctx, delivery) end
  if details.event ~= "ADD" and details.event ~= "DELETE" then return nil end
  return source.id(ctx, uuid_from(details.event .. " " .. tostring(data.memory_id)))
end

local function receive(request, ctx)
  local body, status, problem = source.object(request)
  if not body then return nil, status, problem end
  local details = source.table(body.event_details)
  if not details then return source.missing("event_details in the body, an object") end
  local event = TYPES[details.event]
  if not event then return source.missing("event_details.event to be ADD, UPDATE, DELETE, CATEGORIZE or INGEST_JOB_…") end
  local data = data_of(details)
  if event:find("^memory") and not is_given(data.memory_id) then return source.missing("the id of a memory in event_details") end
  return { id = id_of(details, data, request, ctx), event = event, data = data }
end

return {
  name = "from-mem0",
  version = "1.0.0",
  summary = "Takes Mem0's webhooks: memory.created, memory.updated, memory.deleted and memory.categorized.",
  kind = "source",
  verify = { scheme = "path" },
  dedupe = { header = "X-Mem0-Delivery" },
  receive = receive,
}
