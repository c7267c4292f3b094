-- Reads a stage's input as an event: its id, its type, its time, and what it is about.
--
-- What an earlier stage made need not be an event any more. Its `data` is then the whole of it, and the rest is the original's.

local function text_or(value, otherwise)
  if type(value) == "string" and value ~= "" then return value end
  return otherwise
end

return function(event, ctx)
  local original = ctx.event
  if type(event) ~= "table" or type(event.data) ~= "table" then
    return { id = original.id, type = original.event, time = original.timestamp, data = event }
  end
  return {
    id = original.id,
    type = text_or(event.event, original.event),
    time = text_or(event.timestamp, original.timestamp),
    data = event.data,
  }
end
