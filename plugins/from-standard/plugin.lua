-- Takes Standard Webhooks: type, timestamp and data of the payload become those of the event.
-- Example Input:  {"method":"POST","headers":{"webhook-id":"msg_1"},"body":"{\"type\":\"user.created\",\"data\":{\"id\":7}}"}
-- Example Output: [{"id":"src_1:msg_1","event":"user.created","data":{"id":7}}]
local source = require("lib.source")

local function receive(request, ctx)
  local body, status, problem = source.object(request)
  if not body then return nil, status, problem end
  local name = source.text(body.type) or source.text(body.event) or ctx.options.type
  local event = {
    id = source.id(ctx, request.headers["webhook-id"] or request.headers["svix-id"]),
    event = source.type(ctx.options.prefix, name),
    -- Not the time in the headers: it is that of the attempt, another one for each repeat.
    timestamp = source.time(body.timestamp),
    data = body.data == nil and body or source.data(body.data),
  }
  problem = source.problem(event)
  if problem then return nil, 400, problem end
  return event
end

return {
  name = "from-standard",
  version = "1.0.0",
  summary = "Takes Standard Webhooks, those of Svix's senders too: type, timestamp and data of the payload.",
  kind = "source",
  verify = { scheme = "standard" },
  dedupe = { header = "webhook-id" },
  options = {
    prefix = {
      type = "string", default = "", pattern = "^[%w_.-]*$", max = 100,
      description = "What stands before the types: `clerk` makes `clerk.user.created` of `user.created`.",
    },
    type = {
      type = "string", default = "message", pattern = "^[%w_.-]+$", max = 100,
      description = "The type of payloads that name none.",
    },
  },
  receive = receive,
}
