-- Takes Discord's interactions (commands, buttons, forms) and the webhook events of an app.
-- Example Input:  {"method":"POST","body":"{\"id\":\"1\",\"type\":2,\"data\":{\"name\":\"remember\"}}"}
-- Example Output: [{"id":"src_1:1","event":"discord.application_command","data":{"id":"1","type":2,"data":{"name":"remember"}}}]
local source = require("lib.source")

local PING, COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 1, 2, 3, 4, 5
local NAMES = {
  [COMMAND] = "application_command", [COMPONENT] = "message_component", [AUTOCOMPLETE] = "autocomplete", [MODAL] = "modal_submit",
}
-- Kinds of answers: the user is told to wait, the message stays as it is, no suggestions.
local DEFERRED, DEFERRED_UPDATE, SUGGESTIONS = 5, 6, 8
local EPHEMERAL = 64

-- Discord waits three seconds for an answer; a deferred one lets a receiver send its own within 15 minutes.
local function answer(kind, options)
  if kind == COMPONENT then return { body = { type = DEFERRED_UPDATE } } end
  if kind == AUTOCOMPLETE then return { body = { type = SUGGESTIONS, data = { choices = json.array() } } } end
  return { body = { type = DEFERRED, data = options.ephemeral and { flags = EPHEMERAL } or nil } }
end

local function interaction(body, ctx)
  if body.type == PING then return nil, 200, { type = PING } end
  local name = NAMES[body.type]
  if not name then return source.missing("type in the body to be one of Discord's kinds of interactions") end
  return { id = source.id(ctx, source.text(body.id)), event = source.type("discord", name), data = body }, answer(body.type, ctx.options)
end

-- Webhook events have `version`, and their own types: 0 is a ping, 1 an event.
local function webhook_event(body)
  local event = source.table(body.event)
  if body.type == 0 then return nil, 204 end
  if not event or not source.text(event.type) then return source.missing("event.type in the body") end
  return { event = source.type("discord", event.type:lower()), timestamp = source.time(event.timestamp), data = body }, { status = 204 }
end

local function receive(request, ctx)
  local body, status, problem = source.object(request)
  if not body then return nil, status, problem end
  if body.event ~= nil or body.type == 0 then return webhook_event(body) end
  return interaction(body, ctx)
end

return {
  name = "from-discord",
  version = "1.0.0",
  summary = "Takes Discord's interactions and webhook events: discord.application_command, discord.application_authorized and others.",
  kind = "source",
  verify = { scheme = "discord" },
  dedupe = { path = "id" },
  options = {
    ephemeral = { type = "boolean", default = false, description = "Whether only the user sees the answer to a command that is sent later." },
  },
  receive = receive,
}
