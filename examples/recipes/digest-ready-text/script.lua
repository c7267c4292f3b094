-- Writes one entry of a digest: when and what, wrapped for reading, and a line of tags. The receiver only has to put entries together.

local WIDTH = 60

-- Indents every line, so that an entry stays in one piece among others.
local function indented(s) return "  " .. s:gsub("\n", "\n  ") end

function filter(event)
  if type(event.data.content) ~= "string" or text.trim(event.data.content) == "" then return false, "nothing to read" end
  return true
end

function transform(event, ctx)
  local lines = { time.format(event.timestamp, "%a %d %b %Y, %H:%M UTC") .. " - " .. ctx.namespace }
  lines[2] = indented(text.wrap(text.truncate(text.trim(event.data.content), 400), WIDTH))
  local tags = path.get(event, "data.tags", {})
  if #tags > 0 then lines[3] = "  #" .. table.concat(tags, " #") end
  return table.concat(lines, "\n") .. "\n", { content_type = "text/plain; charset=utf-8" }
end
