-- Sends CloudEvents 1.0 over HTTP: structured (all in one JSON body) or binary (attributes in headers, the data as the body).
-- An event that was published as a CloudEvent goes out with the attributes and the data that it came with.

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

local function made_attributes(envelope, options, view)
  return {
    specversion = "1.0",
    id = envelope.id,
    source = attribute("source", options.source, view, text.escape_url),
    type = options.type_prefix .. envelope.type,
    time = envelope.time,
    datacontenttype = type(envelope.data) == "table" and "application/json" or "text/plain; charset=utf-8",
  }
end

local function kept_attributes(came)
  local attributes = {}
  for name, value in pairs(came) do
    if name ~= "data_member" then attributes[name] = value end
  end
  return attributes
end

-- What options say about an attribute beats what it would be without them.
local function add_options(attributes, options, view)
  attributes.subject = attribute("subject", options.subject, view) or attributes.subject
  attributes.dataschema = attribute("dataschema", options.dataschema, view, text.escape_url) or attributes.dataschema
  attributes.datacontenttype = options.datacontenttype or attributes.datacontenttype
  if attributes.source == nil then error("source: expected a template that makes a URI, got nothing from it", 0) end
  add_extensions(attributes, options.extensions, view)
  return attributes
end

-- The data as it came, and whether it is base 64: Tidehook keeps what is no object in a member of `data`.
local function kept_data(data, came)
  if type(data) ~= "table" or came.data_member == nil then return data, false end
  if came.data_member == json.null then
    if next(data) == nil then return nil, false end
    return data, false
  end
  local value = data[came.data_member]
  if value == nil then return data, false end
  return value, came.data_member == "data_base64"
end

local function is_json(content_type)
  if content_type == nil then return true end
  local essence = content_type:match("^[^;%s]*"):lower()
  return essence == "application/json" or essence == "text/json" or essence:find("%+json$") ~= nil
end

-- HTTP binding 1.0.2, 3.1.3.2: everything but printable ASCII, and space, quote and percent, byte by byte.
local function encoded(value)
  return (value:gsub("[^!#$&-~]", function(byte) return string.format("%%%02X", byte:byte()) end))
end

-- The body in binary mode: what the content type says it is.
local function body_of(data, is_base64, content_type)
  if data == nil then return "" end
  if is_base64 then return base64.decode(data) end
  if type(data) == "table" or (type(data) == "string" and not is_json(content_type)) then return data end
  return json.encode(data)
end

-- In binary mode `datacontenttype` is the Content-Type itself, without a header of its own.
local function binary(attributes, data, is_base64)
  local headers = {}
  for name, value in pairs(attributes) do
    if name ~= "datacontenttype" then headers["ce-" .. name] = encoded(tostring(value)) end
  end
  local content_type = attributes.datacontenttype or (is_base64 and "application/octet-stream" or "application/json")
  return body_of(data, is_base64, content_type), { headers = headers, content_type = content_type }
end

local function structured(attributes, data, is_base64)
  attributes[is_base64 and "data_base64" or "data"] = data
  return attributes, { content_type = "application/cloudevents+json; charset=utf-8" }
end

local function transform(event, ctx)
  local envelope = require("lib.envelope")(event, ctx)
  local options, view = ctx.options, input.view(event, ctx)
  local came = options.attributes == "kept" and ctx.event.cloudevent or nil
  local attributes = came and kept_attributes(came) or made_attributes(envelope, options, view)
  local data, is_base64 = envelope.data, false
  if came then data, is_base64 = kept_data(data, came) end
  add_options(attributes, options, view)
  if options.mode == "binary" then return binary(attributes, data, is_base64) end
  return structured(attributes, data, is_base64)
end

return {
  name = "cloudevents",
  version = "1.1.0",
  summary = "Sends CloudEvents 1.0, structured or binary.",
  kind = "stage",
  options = {
    mode = {
      type = "string", enum = { "structured", "binary" }, default = "structured",
      description = "`structured`: all in one JSON body; `binary`: attributes in headers, the data as the body.",
    },
    attributes = {
      type = "string", enum = { "kept", "made" }, default = "kept",
      description = "Of an event that was published as a CloudEvent: `kept` sends the attributes that it came with, `made` makes new ones.",
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
