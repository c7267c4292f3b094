-- Writes the body from a Mustache template.

local function is_json(content_type) return content_type:find("^application/json") or content_type:find("^[%w.-]+/[%w.-]+%+json") end

-- How values are escaped when the option leaves it open.
local function escape_for(content_type)
  if is_json(content_type) then return "json" end
  if content_type:find("^text/html") then return "html" end
  return "none"
end

local function transform(event, ctx)
  local options = ctx.options
  local content_type = options.content_type:lower()
  local escape = options.escape == "auto" and escape_for(content_type) or options.escape
  local body = template.render(options.template, require("lib.input").view(event, ctx), { escape = escape })
  if is_json(content_type) then
    local ok, problem = pcall(json.decode, body)
    if not ok then error("the template did not make JSON: " .. problem, 0) end
  end
  return body, { content_type = options.content_type }
end

return {
  name = "template",
  version = "1.0.0",
  summary = "Writes the body from a Mustache template.",
  kind = "stage",
  options = {
    template = {
      type = "string", required = true, max = 65536,
      description = "The template; it sees the event's members, `namespace`, `webhook` and `now`.",
    },
    content_type = {
      type = "string", default = "text/plain; charset=utf-8", pattern = "^[%w!#$&^_.+-]+/[%w!#$&^_.+-]+[ -~]*$", max = 200,
      description = "What the body is.",
    },
    escape = {
      type = "string", enum = { "auto", "none", "html", "json", "markdown", "slack" }, default = "auto",
      description = "How `{{…}}` writes values: `auto` goes by the content type, JSON and HTML are escaped.",
    },
  },
  transform = transform,
}
