-- Makes an event of each webhook of GitHub: github.<event>, with the action behind it where there is one.
-- Example Input:  {"method":"POST","headers":{"x-github-event":"issues"},"body":"{\"action\":\"opened\"}"}
-- Example Output: [{"event":"github.issues.opened","data":{"action":"opened"}}]
local source = require("lib.source")

-- The content type `application/x-www-form-urlencoded` puts the JSON into the field `payload`.
local function payload(request)
  if not source.is_form(request) then return source.object(request) end
  local form, status, problem = source.form(request)
  if not form then return nil, status, problem end
  local ok, value = pcall(json.decode, source.text(form.payload) or "")
  if ok and source.is_object(value) then return value end
  return nil, 400, "expected a JSON object in the form's field payload"
end

local function receive(request, ctx)
  local name = source.text(request.headers["x-github-event"])
  if not name then return source.missing("the header X-GitHub-Event") end
  if name == "ping" then return nil, 200, "pong" end
  local data, status, problem = payload(request)
  if not data then return nil, status, problem end
  return {
    id = source.id(ctx, request.headers["x-github-delivery"]),
    event = source.type("github", name, source.text(data.action)),
    data = data,
  }
end

return {
  name = "from-github",
  version = "1.0.0",
  summary = "Takes GitHub's webhooks: github.push, github.pull_request.opened and all others.",
  kind = "source",
  verify = { scheme = "github" },
  dedupe = { header = "X-GitHub-Delivery" },
  receive = receive,
}
