-- Makes an event of each webhook of Linear: linear.<type>.<action>.
-- Example Input:  {"method":"POST","body":"{\"type\":\"Issue\",\"action\":\"create\",\"createdAt\":\"2026-04-13T10:30:00.000Z\"}"}
-- Example Output: [{"event":"linear.issue.create","timestamp":"2026-04-13T10:30:00.000Z","data":{"type":"Issue", …}}]
local source = require("lib.source")

-- "IssueLabel" -> "issue_label"
local function snake(name) return (name:gsub("(%l)(%u)", "%1_%2"):lower()) end

local function receive(request, ctx)
  local data, status, problem = source.object(request)
  if not data then return nil, status, problem end
  local name = source.text(data.type) or request.headers["linear-event"]
  if not name then return source.missing("type in the body") end
  return {
    id = source.id(ctx, request.headers["linear-delivery"]),
    event = source.type("linear", snake(name), source.text(data.action)),
    timestamp = source.time(data.createdAt) or source.time(data.webhookTimestamp),
    data = data,
  }
end

return {
  name = "from-linear",
  version = "1.0.0",
  summary = "Takes Linear's webhooks: linear.issue.create, linear.comment.update and all others.",
  kind = "source",
  verify = { scheme = "linear" },
  dedupe = { header = "Linear-Delivery" },
  receive = receive,
}
