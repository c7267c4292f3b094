-- Tell Slack about architecture decisions, and about nothing else.
-- Example Input:  {"id":"evt_abc123","event":"memory.created","timestamp":"2026-04-13T10:30:00Z","data":{"content":"We decided to use Redis for caching","tags":["architecture","caching"]}}
-- Example Output: {"text":"New architecture decision stored:\nWe decided to use Redis for caching"}
-- Example Input:  {"id":"evt_abc124","event":"memory.created","timestamp":"2026-04-13T10:31:00Z","data":{"content":"Lunch at noon","tags":["food"]}}
-- Example Output: drop "not tagged architecture"

function filter(event, ctx)
  if not has_tag(event, "architecture") then return false, "not tagged architecture" end
  return true
end

function transform(event, ctx)
  return { text = "New architecture decision stored:\n" .. event.data.content }
end
