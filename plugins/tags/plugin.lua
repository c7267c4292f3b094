-- Lets events pass by their tags, as `has_tag` finds them.

local function has_any(event, tags)
  for _, tag in ipairs(tags) do
    if has_tag(event, tag) then return true, tag end
  end
  return false
end

local function first_missing(event, tags)
  for _, tag in ipairs(tags) do
    if not has_tag(event, tag) then return tag end
  end
end

local function filter(event, ctx)
  local options = ctx.options
  if not (options.any or options.all or options.none) then error("give at least one of the options any, all and none") end
  event = require("lib.input").object(event)
  if options.any and not has_any(event, options.any) then return false, "has no tag of " .. table.concat(options.any, ", ") end
  local missing = options.all and first_missing(event, options.all)
  if missing then return false, "lacks the tag " .. missing end
  local found, tag = has_any(event, options.none or {})
  if found then return false, "has the tag " .. tag end
  return true
end

local function tags(description) return { type = "array", items = "string", min = 1, max = 100, description = description } end

return {
  name = "tags",
  version = "1.0.0",
  summary = "Lets events pass by their tags: any, all or none of a list.",
  kind = "stage",
  options = {
    any = tags("At least one of these tags is there."),
    all = tags("All of these tags are there."),
    none = tags("None of these tags is there."),
  },
  filter = filter,
}
