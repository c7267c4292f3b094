-- Takes events of REM Labs' webhooks as they are: id, type, time and data stay.
-- Example Input:  {"method":"POST","body":"{\"id\":\"evt_1\",\"event\":\"memory.created\",\"data\":{\"memory_id\":\"mem_1\"}}"}
-- Example Output: [{"id":"evt_1","event":"memory.created","data":{"memory_id":"mem_1"}}]
local source = require("lib.source")

local function receive(request)
  local body, status, problem = source.object(request)
  if not body then return nil, status, problem end
  if not source.text(body.event) then return source.missing("event in the body") end
  if type(body.data) ~= "table" then return source.missing("data in the body, an object") end
  return { id = body.id, event = body.event, timestamp = body.timestamp, namespace = body.namespace, data = body.data }
end

return {
  name = "from-rem",
  version = "1.0.0",
  summary = "Takes REM Labs' webhooks: memory.created, memory.updated, memory.deleted and memory.recalled, unchanged.",
  kind = "source",
  verify = { scheme = "rem" },
  dedupe = { path = "id" },
  receive = receive,
}
