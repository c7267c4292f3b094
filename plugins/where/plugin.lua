-- Lets events pass that meet conditions on their fields.

local conditions = require("where.conditions")

local function filter(event, ctx)
  local options = ctx.options
  local group = { all = options.all, any = options.any, ["not"] = options["not"] }
  conditions.check(group)
  local failed = conditions.first_failure(group, require("lib.input").object(event))
  if failed then return false, options.reason or failed end
  return true
end

return {
  name = "where",
  version = "1.0.0",
  summary = "Lets events pass whose fields meet conditions: comparisons, lists, texts, patterns, combined by all, any and not.",
  kind = "stage",
  options = {
    all = { type = "array", items = "object", min = 1, max = 100, description = "Every one of these conditions holds." },
    any = { type = "array", items = "object", min = 1, max = 100, description = "At least one of these conditions holds." },
    ["not"] = { type = "object", description = "This condition does not hold." },
    reason = { type = "string", min = 1, max = 200, description = "Why events were dropped, instead of the name of the condition." },
  },
  filter = filter,
}
