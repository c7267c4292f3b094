-- Makes an event of each webhook of GitLab: gitlab.<kind>, with the action behind it where there is one.
-- Example Input:  {"method":"POST","body":"{\"object_kind\":\"merge_request\",\"object_attributes\":{\"action\":\"open\"}}"}
-- Example Output: [{"event":"gitlab.merge_request.open","data":{"object_kind":"merge_request","object_attributes":{"action":"open"}}}]
local source = require("lib.source")

-- System hooks have `event_name` alone; a header names the kind of what has neither.
local function kind(data, request)
  local header = (request.headers["x-gitlab-event"] or ""):gsub(" Hook$", ""):gsub(" ", "_"):lower()
  return source.text(data.object_kind) or source.text(data.event_name) or source.text(header)
end

local function receive(request, ctx)
  local data, status, problem = source.object(request)
  if not data then return nil, status, problem end
  local name = kind(data, request)
  if not name then return source.missing("object_kind in the body") end
  local attributes = source.table(data.object_attributes) or {}
  return {
    id = source.id(ctx, request.headers["idempotency-key"]),
    event = source.type("gitlab", name, source.text(attributes.action)),
    data = data,
  }
end

return {
  name = "from-gitlab",
  version = "1.0.0",
  summary = "Takes GitLab's webhooks: gitlab.push, gitlab.merge_request.open and all others.",
  kind = "source",
  verify = { scheme = "gitlab" },
  dedupe = { header = "Idempotency-Key" },
  receive = receive,
}
