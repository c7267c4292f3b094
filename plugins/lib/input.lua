-- What a stage was given, for plugins that need fields and not a text.
local input = {}

-- Returns the event; raises when an earlier stage made a text of it.
function input.object(event)
  if type(event) == "table" then return event end
  error("expected a JSON object, got a text that an earlier stage made", 2)
end

-- What templates see: the members of the event; `namespace`, `webhook` and `now` when the event has no members of these names.
-- A text that an earlier stage made is `text`.
function input.view(event, ctx)
  local view = { namespace = ctx.namespace, webhook = ctx.webhook, now = ctx.now }
  if type(event) ~= "table" then
    view.text = event
    return view
  end
  for name, value in pairs(event) do view[name] = value end
  return view
end

return input
