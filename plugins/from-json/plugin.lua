-- Makes events of any JSON or form: where type, id, time and data stand is told by options.
-- Example Input:  {"method":"POST","body":"{\"kind\":\"alert\",\"ref\":\"a1\"}"}
-- Example Output: [{"event":"source.test","data":{"kind":"alert","ref":"a1"}}]
local source = require("lib.source")

-- What templates see: the request, and the element of the list that the event is made of.
local function view_of(request, ctx, body, item)
  return {
    body = body, item = item, headers = request.headers, query = request.query, path = request.path, method = request.method,
    source = ctx.source, now = ctx.now,
  }
end

local function rendered(template_text, view)
  if template_text == nil then return nil end
  return source.text(text.trim(template.render(template_text, view)))
end

local function event_of(item, view, ctx)
  local options = ctx.options
  local name = rendered(options.event, view)
  if not name then return nil, 400, "expected the template of the option event to make a type, got nothing from it" end
  local data = item
  if options.data then data = path.get(type(item) == "table" and item or {}, options.data) end
  local event = {
    id = source.id(ctx, rendered(options.id, view)),
    event = source.type(name),
    timestamp = source.time(rendered(options.timestamp, view)),
    namespace = source.namespace(ctx, rendered(options.namespace, view)),
    data = source.data(data),
  }
  local problem = source.problem(event)
  if problem then return nil, 400, problem .. ", from the options' templates" end
  return event
end

local function body_of(request)
  if source.is_form(request) then return source.form(request) end
  if request.json == nil then return nil, 400, "expected JSON or a form as the body" end
  return request.json
end

-- The elements that become an event each; the whole body is one without the option.
local function items_of(body, list)
  if not list then return { body } end
  local items = list == "." and body or path.get(source.table(body) or {}, list)
  if type(items) == "table" and (items[1] ~= nil or json.encode(items) == "[]") then return items end
  return nil, 400, "expected a list at the path of the option list: " .. list
end

local function receive(request, ctx)
  local body, status, problem = body_of(request)
  if body == nil then return nil, status, problem end
  local items
  items, status, problem = items_of(body, ctx.options.list)
  if not items then return nil, status, problem end
  local events = json.array()
  for i, item in ipairs(items) do
    events[i], status, problem = event_of(item, view_of(request, ctx, body, item), ctx)
    if not events[i] then return nil, status, problem end
  end
  return events
end

local function template_option(description) return { type = "string", min = 1, max = 1000, description = description } end

return {
  name = "from-json",
  version = "1.0.0",
  summary = "Takes any JSON or form; options say where type, id, time and data of the events stand.",
  kind = "source",
  options = {
    event = {
      type = "string", default = "source.{{source.name}}", min = 1, max = 1000,
      description = "Mustache template of the type: `alerts.{{body.status}}`, `{{headers.x-event}}`.",
    },
    id = template_option("Template of the sender's id of an event, by which a repeat is recognised: `{{body.id}}`."),
    timestamp = template_option("Template of the time: RFC 3339, or seconds or milliseconds since 1970."),
    namespace = template_option("Template of the namespace; that of the source wins over it."),
    list = {
      type = "string", min = 1, max = 200,
      description = "Path of a list whose elements become an event each, `item` in templates; `.` when the body is one.",
    },
    data = {
      type = "string", min = 1, max = 200,
      description = "Path of what becomes the data, in the body or the element; all of it without the option.",
    },
  },
  receive = receive,
}
