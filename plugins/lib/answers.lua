-- Reads what providers answer.
local answers = {}

-- Judges what means the same everywhere: 429 and server errors pass, so the delivery is tried again. Returns nothing for the rest.
function answers.passing(res)
  if res.status == 429 then
    local wait = res.headers["retry-after"]
    return "retry", wait and "rate limited, asked to wait " .. wait .. " s" or "rate limited"
  end
  if res.status == 408 or res.status >= 500 then return "retry", "the provider answered " .. res.status end
end

-- Returns the answer's JSON object; an empty table when it is not one.
function answers.object(res)
  if not res.body:find("^%s*{") then return {} end
  local ok, value = pcall(json.decode, res.body)
  return ok and type(value) == "table" and value or {}
end

-- Returns `value` when it is a text, else an empty one: for members of an answer that may be missing or of another type.
function answers.text(value)
  return type(value) == "string" and value or ""
end

return answers
