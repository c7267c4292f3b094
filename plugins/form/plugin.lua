-- Sends the event as the body of an HTML form.

local function fields_of(event, fields)
  local form = {}
  for name, from in pairs(fields) do
    if type(from) ~= "string" then error("fields." .. name .. ": expected a path, got a " .. type(from), 0) end
    form[name] = path.get(event, from)
  end
  return form
end

local function kind(value)
  if value == nil then return "nothing" end
  return type(value) == "table" and "a list" or "a " .. type(value)
end

local function part_of(event, from)
  local part = path.get(event, from)
  if type(part) ~= "table" or #part > 0 then error("path: expected an object at '" .. from .. "', got " .. kind(part), 0) end
  return part
end

local function transform(event, ctx)
  local options = ctx.options
  local values = require("lib.input").object(event)
  if options.path then values = part_of(values, options.path) end
  if options.fields then values = fields_of(values, options.fields) end
  return form.encode(values), { content_type = "application/x-www-form-urlencoded" }
end

return {
  name = "form",
  version = "1.0.0",
  summary = "Sends the event, or some of it, URL-encoded like an HTML form.",
  kind = "stage",
  options = {
    path = { type = "string", min = 1, description = "Path of the object that is sent instead of the whole event." },
    fields = { type = "object", description = "Names of form fields, each with the path of its value; others are not sent." },
  },
  transform = transform,
}
