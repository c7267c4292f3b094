-- Takes what Slack sends to an app: events, slash commands, and what people do with buttons, menus, shortcuts and dialogs.
-- Example Input:  {"method":"POST","body":"{\"type\":\"event_callback\",\"event_id\":\"Ev1\",\"event\":{\"type\":\"app_mention\"}}"}
-- Example Output: [{"id":"src_1:Ev1","event":"slack.app_mention","data":{"type":"event_callback", …}}]
local source = require("lib.source")

-- Slack shows what a command or a button is answered with, so that nothing is said unless the options say so.
local SILENCE = { status = 200 }

local function events_api(request, ctx)
  local body, status, problem = source.object(request)
  if not body then return nil, status, problem end
  if body.type == "url_verification" then
    if not source.text(body.challenge) then return source.missing("challenge in the body") end
    return nil, 200, body.challenge
  end
  local inner = source.table(body.event) or {}
  local name = source.text(inner.type) or source.text(body.type)
  if not name then return source.missing("type in the body") end
  return {
    id = source.id(ctx, source.text(body.event_id)),
    event = source.type("slack", name),
    timestamp = source.time(body.event_time),
    data = body,
  }, SILENCE
end

local function interaction(payload, ctx)
  local ok, body = pcall(json.decode, payload)
  if not ok or type(body) ~= "table" or not source.text(body.type) then
    return nil, 400, "expected a JSON object with type in the form's field payload"
  end
  return { id = source.id(ctx, source.text(body.trigger_id)), event = source.type("slack", body.type), data = body }, SILENCE
end

local function command(form, ctx)
  local reply = ctx.options.command_reply
  return {
    id = source.id(ctx, source.text(form.trigger_id)),
    event = "slack.slash_command",
    data = form,
  }, reply and { body = { response_type = "ephemeral", text = reply } } or SILENCE
end

local function receive(request, ctx)
  if not source.is_form(request) then return events_api(request, ctx) end
  local form, status, problem = source.form(request)
  if not form then return nil, status, problem end
  if form.ssl_check == "1" then return nil, 200, "ok" end
  if source.text(form.payload) then return interaction(form.payload, ctx) end
  if source.text(form.command) then return command(form, ctx) end
  return source.missing("command or payload in the form")
end

return {
  name = "from-slack",
  version = "1.0.0",
  summary = "Takes Slack's events, slash commands and interactions: slack.app_mention, slack.slash_command, slack.block_actions.",
  kind = "source",
  verify = { scheme = "slack" },
  dedupe = { path = "event_id" },
  options = {
    command_reply = {
      type = "string", min = 1, max = 3000,
      description = "What the sender of a slash command is told at once, seen by nobody else; nothing without it.",
    },
  },
  receive = receive,
}
