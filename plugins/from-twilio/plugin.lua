-- Makes events of Twilio's webhooks: messages, calls, recordings and conversations; and of Event Streams.
-- Example Input:  {"method":"POST","headers":{"content-type":"application/x-www-form-urlencoded"},"body":"MessageSid=SM1&MessageStatus=sent"}
-- Example Output: [{"event":"twilio.message.sent","data":{"MessageSid":"SM1","MessageStatus":"sent"}}]
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

local function parameters(request)
  if source.is_form(request) then return source.form(request) end
  if request.method == "GET" then return request.query end
  return source.object(request)
end

-- The CloudEvents of Event Streams, of which Twilio sends several at once; nil when the body is something else.
local function stream_of(request)
  if source.is_form(request) then return nil end
  local body = source.table(request.json)
  if source.is_object(body) then return source.text(body.specversion) and { body } or nil end
  return body
end

local function streamed(list, ctx)
  local events = json.array()
  for i, item in ipairs(list) do
    if not source.is_object(item) then return source.missing("element " .. i .. " of the body to be a CloudEvent, a JSON object") end
    local id, name = source.text(item.id), source.text(item.type)
    if not id or not name then return source.missing("id and type in element " .. i .. " of the body, a CloudEvent") end
    events[i] = {
      id = source.id(ctx, id), event = source.type("twilio", (name:gsub("^com%.twilio%.", ""))), timestamp = source.time(item.time),
      data = source.data(item.data),
    }
  end
  return events
end

local function receive(request, ctx)
  local stream = stream_of(request)
  if stream then return streamed(stream, ctx) end
  local params, status, problem = parameters(request)
  if not params then return nil, status, problem end
  local kind = kind_of(params)
  local happened = kind and what(params, kind)
  return {
    -- Twilio sends the same token with a repeat. Nothing else tells one from a second press of a key in the same call.
    id = source.id(ctx, request.headers["i-twilio-idempotency-token"]),
    event = source.type("twilio", kind and kind[2] or "event", happened or source.text(params.EventType)),
    timestamp = source.time(source.text(params.Timestamp)),
    data = params,
  }, { content_type = "text/xml", body = ctx.options.twiml }
end

return {
  name = "from-twilio",
  version = "1.0.0",
  summary = "Takes Twilio's webhooks: twilio.message.received, twilio.message.delivered, twilio.call.completed and others, Event Streams too.",
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
