-- Makes an event of each version 3 webhook of PagerDuty: pagerduty.<event type>.
-- Example Input:  {"method":"POST","body":"{\"event\":{\"id\":\"01A\",\"event_type\":\"incident.triggered\"}}"}
-- Example Output: [{"id":"src_1:01A","event":"pagerduty.incident.triggered","data":{"event":{"id":"01A", …}}}]
local source = require("lib.source")

local function receive(request, ctx)
  local data, status, problem = source.object(request)
  if not data then return nil, status, problem end
  local event = source.table(data.event) or {}
  if not source.text(event.event_type) then return source.missing("event.event_type in the body: version 3 of PagerDuty's webhooks") end
  if event.event_type == "pagey.ping" then return nil, 200, "pong" end
  return {
    id = source.id(ctx, source.text(event.id)),
    event = source.type("pagerduty", event.event_type),
    timestamp = source.time(event.occurred_at),
    data = data,
  }
end

return {
  name = "from-pagerduty",
  version = "1.0.0",
  summary = "Takes PagerDuty's version 3 webhooks: pagerduty.incident.triggered and all others.",
  kind = "source",
  verify = { scheme = "pagerduty" },
  dedupe = { path = "event.id" },
  receive = receive,
}
