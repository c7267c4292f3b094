-- Makes events of Twilio's webhooks: messages, calls, recordings and conversations.
-- Example Input:  {"method":"POST","headers":{"content-type":"application/x-www-form-urlencoded"},"body":"MessageSid=SM1&MessageStatus=sent"}
-- Example Output: [{"id":"src_1:…","event":"twilio.message.sent","data":{"MessageSid":"SM1","MessageStatus":"sent"}}]
local source = require("lib.source")

-- What a webhook is about, in the order in which it is looked for: the parameter that names the thing, and those that say what happened.
local KINDS = {
  { "ConversationSid", "conversation", "EventType" },
  { "RecordingSid", "recording", "RecordingStatus" },
  { "MessageSid", "message", "MessageStatus", "SmsStatus" },
  { "SmsSid", "message", "SmsStatus" },
  { "CallSid", "call", "CallStatus" },
}

local function kind_of(params)
  for _, kind in ipairs(KINDS) do
    if source.text(params[kind[1]]) then return kind end
  end
end

-- What happened; an incoming message that says nothing of it was received.
local function what(params, kind)
  for i = 3, #kind do
    if source.text(params[kind[i]]) then return params[kind[i]] end
  end
  return kind[2] == "message" and "received" or nil
end

-- Twilio sends the same token with a repeat; without one, a thing that is in the same state again is the same event.
local function id_of(request, params, kind, happened, ctx)
  local token = request.headers["i-twilio-idempotency-token"]
  if token then return source.id(ctx, token) end
  if not kind or not happened then return nil end
  local parts = { params[kind[1]], happened, source.text(params.SequenceNumber) or "", source.text(params.MessageSid) or "" }
  return source.id(ctx, uuid_from(table.concat(parts, " ")))
end

local function parameters(request)
  if source.is_form(request) then return source.form(request) end
  if request.method == "GET" then return request.query end
  return source.object(request)
end

local function receive(request, ctx)
  local params, status, problem = parameters(request)
  if not params then return nil, status, problem end
  local kind = kind_of(params)
  local happened = kind and what(params, kind)
  return {
    id = id_of(request, params, kind, happened, ctx),
    event = source.type("twilio", kind and kind[2] or "event", happened or source.text(params.EventType)),
    timestamp = source.time(source.text(params.Timestamp)),
    data = params,
  }, { content_type = "text/xml", body = ctx.options.twiml }
end

return {
  name = "from-twilio",
  version = "1.0.0",
  summary = "Takes Twilio's webhooks: twilio.message.received, twilio.message.delivered, twilio.call.completed and others.",
  kind = "source",
  verify = { scheme = "twilio" },
  dedupe = { header = "I-Twilio-Idempotency-Token" },
  methods = { "POST", "GET" },
  options = {
    twiml = {
      type = "string", default = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response></Response>", min = 1, max = 10000,
      description = "What Twilio is told to do, in TwiML; nothing, unless given.",
    },
  },
  receive = receive,
}
