-- Makes an event of each event of Stripe: stripe.<type>.
-- Example Input:  {"method":"POST","body":"{\"id\":\"evt_1\",\"type\":\"invoice.paid\",\"created\":1776076200}"}
-- Example Output: [{"id":"src_1:evt_1","event":"stripe.invoice.paid","timestamp":"2026-04-13T10:30:00Z","data":{"id":"evt_1", …}}]
local source = require("lib.source")

local function receive(request, ctx)
  local data, status, problem = source.object(request)
  if not data then return nil, status, problem end
  if not source.text(data.type) then return source.missing("type in the body") end
  return {
    id = source.id(ctx, source.text(data.id)),
    event = source.type("stripe", data.type),
    timestamp = source.time(data.created),
    data = data,
  }
end

return {
  name = "from-stripe",
  version = "1.0.0",
  summary = "Takes Stripe's events: stripe.invoice.paid and all others, thin ones too.",
  kind = "source",
  verify = { scheme = "stripe" },
  dedupe = { path = "id", window_secs = 30 * 86400 },   -- as long as Stripe can send again; `pending_webhooks` is another then
  receive = receive,
}
