-- Takes CloudEvents 1.0 over HTTP: structured, binary and in batches; and answers the validation request of senders.
-- Example Input:  {"method":"POST","headers":{"content-type":"application/cloudevents+json"},"body":"{\"specversion\":\"1.0\",\"type\":\"a.b\", …}"}
-- Example Output: [{"id":"ce_…","event":"a.b","data":{},"cloudevent":{"specversion":"1.0","type":"a.b", …}}]
local source = require("lib.source")
local attributes = require("from-cloudevents.attributes")

-- HTTP webhooks 1.0.2, section 4: who sends is told that it may, and how much.
local function agree(request, options)
  local headers = { Allow = "OPTIONS, POST" }
  local origin = source.text(request.headers["webhook-request-origin"])
  if origin then
    if options.origin ~= "*" and origin ~= options.origin then return nil, 403, "expected another WebHook-Request-Origin" end
    headers["WebHook-Allowed-Origin"] = options.origin
    headers["WebHook-Allowed-Rate"] = options.rate and tostring(options.rate) or "*"
  end
  return {}, { headers = headers }
end

-- The event of checked attributes; `data_member` says where data is that was no object. nil and what is wrong.
local function event_of(ctx, found, data, data_member)
  -- CloudEvents' own id of an event, within Tidehook's source: another tenant's sender may call itself the same.
  local id = "ce_" .. crypto.sha256(table.concat({ ctx.source.id, found.source, found.id }, "\0")):sub(1, 40)
  found.data_member = data_member
  local event = {
    id = id, event = (found.type:gsub("[^%w_.-]", "_"):sub(1, 256)), timestamp = found.time,
    namespace = source.namespace(ctx, source.text(found.namespace)), data = data, cloudevent = found,
  }
  local problem = source.problem(event)
  if problem then return nil, problem end
  return event
end

local function structured(item, ctx)
  if type(item) ~= "table" then return nil, "expected a CloudEvent, a JSON object" end
  local found, problem = attributes.of_object(item)
  if not found then return nil, problem end
  if item.data ~= nil and item.data ~= json.null then
    local data = source.data(item.data)
    return event_of(ctx, found, data, data ~= item.data and "value" or nil)
  end
  if source.text(item.data_base64) then return event_of(ctx, found, { data_base64 = item.data_base64 }, "data_base64") end
  return event_of(ctx, found, json.object(), json.null)
end

local function is_json(media) return media == "" or media:find("[/+]json$") ~= nil end

local function binary(request, ctx)
  local found, problem = attributes.of_headers(request.headers)
  if not found then return nil, problem end
  if request.body == "" then return event_of(ctx, found, json.object(), json.null) end
  local media = attributes.media(request)
  if request.json ~= nil and is_json(media) then
    local data = source.data(request.json)
    return event_of(ctx, found, data, data ~= request.json and "value" or nil)
  end
  if is_json(media) and media ~= "" then return nil, "expected JSON as the body, as Content-Type says" end
  if media:find("^text/") and utf8.len(request.body) then return event_of(ctx, found, { value = request.body }, "value") end
  return event_of(ctx, found, { data_base64 = base64.encode(request.body) }, "data_base64")
end

local function batch(request, ctx)
  local list, status, problem = source.list(request, "CloudEvents")
  if not list then return nil, status, problem end
  local events = json.array()
  for i, item in ipairs(list) do
    local event
    event, problem = structured(item, ctx)
    if not event then return nil, 400, "element " .. i .. ": " .. problem end
    events[i] = event
  end
  return events
end

local function receive(request, ctx)
  if request.method == "OPTIONS" then return agree(request, ctx.options) end
  local media = attributes.media(request)
  if media == "application/cloudevents-batch+json" then return batch(request, ctx) end
  local event, problem
  if media == "application/cloudevents+json" then
    event, problem = structured(request.json, ctx)
  else
    event, problem = binary(request, ctx)
  end
  if not event then return nil, 400, problem end
  return event
end

return {
  name = "from-cloudevents",
  version = "1.0.0",
  summary = "Takes CloudEvents 1.0: structured, binary and batches, and agrees with senders that ask first.",
  kind = "source",
  verify = { scheme = "bearer" },
  methods = { "POST", "OPTIONS" },
  open_methods = { "OPTIONS" },
  options = {
    origin = {
      type = "string", default = "*", min = 1, max = 255,
      description = "Which sender may send, by its WebHook-Request-Origin; `*` for all.",
    },
    rate = { type = "integer", min = 1, max = 1000000000, description = "How many requests a minute senders are told to send; any number without it." },
  },
  receive = receive,
}
