-- Makes an event of each element of SendGrid's event webhook: sendgrid.<event>.
-- Example Input:  {"method":"POST","body":"[{\"event\":\"delivered\",\"sg_event_id\":\"a1\",\"timestamp\":1776076200}]"}
-- Example Output: [{"id":"src_1:a1","event":"sendgrid.delivered","timestamp":"2026-04-13T10:30:00Z","data":{"event":"delivered", …}}]
local source = require("lib.source")

local function event(item, ctx)
  return {
    id = source.id(ctx, source.text(item.sg_event_id)),
    event = source.type("sendgrid", item.event),
    timestamp = source.time(item.timestamp),
    data = item,
  }
end

local function receive(request, ctx)
  local list, status, problem = source.list(request, "events")
  if not list then return nil, status, problem end
  local events = json.array()
  for i, item in ipairs(list) do
    if type(item) ~= "table" or not source.text(item.event) then return source.missing("event in element " .. i .. " of the body") end
    events[i] = event(item, ctx)
  end
  return events
end

return {
  name = "from-sendgrid",
  version = "1.0.0",
  summary = "Takes SendGrid's event webhook: sendgrid.delivered, sendgrid.bounce and all others, one event for each element.",
  kind = "source",
  verify = { scheme = "sendgrid" },
  receive = receive,
}
