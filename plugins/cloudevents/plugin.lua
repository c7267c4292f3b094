-- Sends CloudEvents 1.0 over HTTP: structured (all in one JSON body) or binary (attributes in headers, the data as the body).

local input = require("lib.input")

local ATTRIBUTES = { "id", "source", "specversion", "type", "datacontenttype", "dataschema", "subject", "time", "data" }

local function is_attribute(name)
  for _, attribute in ipairs(ATTRIBUTES) do
    if attribute == name then return true end
  end
  return false
end

local function check_extension(name, value)
  if not name:find("^[a-z0-9]+$") or #name > 20 then
    error("extensions." .. name .. ": expected a name of 1 to 20 lower-case letters and digits", 0)
  end
  if is_attribute(name) then error("extensions." .. name .. ": this is an attribute of CloudEvents itself", 0) end
  if type(value) ~= "string" then error("extensions." .. name .. ": expected a template, got a " .. type(value), 0) end
end

-- Writes an attribute from its template; nil when nothing comes of it.
local function attribute(name, source, view, escape)
  if source == nil then return nil end
  local value = template.render(source, view, { escape = escape or "none" })
  if value:find("%c") or value:find("\xC2[\x80-\x9F]") then
    error(name .. ": control characters are not allowed in CloudEvents attributes", 0)
  end
  if value ~= "" then return value end
end

local function add_extensions(attributes, extensions, view)
  for name, source in pairs(extensions) do
    check_extension(name, source)
    attributes[name] = attribute("extensions." .. name, source, view)
  end
end

local function attributes_of(envelope, options, view)
  local attributes = {
    specversion = "1.0",
    id = envelope.id,
    source = attribute("source", options.source, view, text.escape_url),
    type = options.type_prefix .. envelope.type,
    time = envelope.time,
    subject = attribute("subject", options.subject, view),
    dataschema = attribute("dataschema", options.dataschema, view, text.escape_url),
    datacontenttype = options.datacontenttype or (type(envelope.data) == "table" and "application/json" or "text/plain; charset=utf-8"),
  }
  if attributes.source == nil then error("source: expected a template that makes a URI, got nothing from it", 0) end
  add_extensions(attributes, options.extensions, view)
  return attributes
end

-- HTTP binding 1.0.2, 3.1.3.2: everything but printable ASCII, and space, quote and percent, byte by byte.
local function encoded(value)
  return (value:gsub("[^!#$&-~]", function(byte) return string.format("%%%02X", byte:byte()) end))
end

-- In binary mode `datacontenttype` is the Content-Type itself, without a header of its own.
local function binary(attributes, data)
  local headers = {}
  for name, value in pairs(attributes) do
    if name ~= "datacontenttype" then headers["ce-" .. name] = encoded(value) end
  end
  return data, { headers = headers, content_type = attributes.datacontenttype }
end

local function structured(attributes, data)
  attributes.data = data
  return attributes, { content_type = "application/cloudevents+json; charset=utf-8" }
end

local function transform(event, ctx)
  local envelope = require("lib.envelope")(event, ctx)
  local attributes = attributes_of(envelope, ctx.options, input.view(event, ctx))
  if ctx.options.mode == "binary" then return binary(attributes, envelope.data) end
  return structured(attributes, envelope.data)
end

return {
  name = "cloudevents",
  version = "1.0.0",
  summary = "Sends CloudEvents 1.0, structured or binary.",
  kind = "stage",
  options = {
    mode = {
      type = "string", enum = { "structured", "binary" }, default = "structured",
      description = "`structured`: all in one JSON body; `binary`: attributes in headers, the data as the body.",
    },
    source = { type = "string", default = "/tidehook/{{namespace}}", min = 1, max = 2048, description = "Template of `source`, a URI." },
    type_prefix = {
      type = "string", default = "", pattern = "^[%w_.-]*$", max = 200,
      description = "What stands before the event's type: `com.example.`.",
    },
    subject = { type = "string", min = 1, max = 2048, description = "Template of `subject`; left out when nothing comes of it." },
    dataschema = {
      type = "string", min = 1, max = 2048,
      description = "Template of `dataschema`, a URI; left out when nothing comes of it.",
    },
    datacontenttype = {
      type = "string", pattern = "^[%w!#$&^_.+-]+/[%w!#$&^_.+-]+[ -~]*$", max = 200,
      description = "What the data is; `application/json` for JSON and `text/plain; charset=utf-8` for a text that an earlier stage made.",
    },
    extensions = {
      type = "object", default = {},
      description = "More attributes: names of `a-z` and `0-9`, each with the template of its value.",
    },
  },
  transform = transform,
}
