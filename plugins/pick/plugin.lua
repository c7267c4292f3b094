-- Keeps some fields of an event, or all but some.

local paths = require("lib.paths")

local function transform(event, ctx)
  local options = ctx.options
  if not (options.keep or options.omit) then error("give at least one of the options keep and omit") end
  event = require("lib.input").object(event)
  if options.keep then paths.keep(event, options.keep) end
  if options.omit then paths.remove(event, options.omit) end
  return event
end

local function list(description) return { type = "array", items = "string", min = 1, max = 200, description = description } end

return {
  name = "pick",
  version = "1.0.0",
  summary = "Keeps the fields that paths point at, or all but those.",
  kind = "stage",
  options = {
    keep = list("Paths of what stays; everything else goes. `items[*].name` is that of every element."),
    omit = list("Paths of what goes, out of what stays."),
  },
  transform = transform,
}
