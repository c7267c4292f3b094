-- Takes events of REM Labs' webhooks as they are: id, type, time and data stay.
-- Example Input:  {"method":"POST","body":"{\"id\":\"evt_1\",\"event\":\"memory.created\",\"data\":{\"memory_id\":\"mem_1\"}}"}
-- Example Output: [{"id":"evt_1","event":"memory.created","data":{"memory_id":"mem_1"}}]
local source = require("lib.source")

local function receive(request, ctx)
  local body, status, problem = source.object(request)
  if not body then return nil, status, problem end
  if not source.text(body.event) then return source.missing("event in the body") end
  if not source.is_object(body.data) then return source.missing("data in the body, an object") end
  local event = {
    id = body.id, event = body.event, timestamp = body.timestamp, namespace = source.namespace(ctx, body.namespace), data = body.data,
  }
  problem = source.problem(event)
  if problem then return nil, 400, problem end
  return event
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
