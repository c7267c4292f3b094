-- What the answers of PagerDuty's Events API mean: JSON with status, message and errors.
local answers = require("lib.answers")

local judge = {}

local function reason(answer, res)
  local words = { answers.text(answer.message) }
  if type(answer.errors) == "table" then
    for i = 1, math.min(#answer.errors, 5) do words[#words + 1] = answers.text(answer.errors[i]) end
  end
  local said = table.concat(words, "; ")
  return said ~= "" and said or "PagerDuty answered " .. res.status
end

-- Returns a judgement and a reason, or nothing when the status says it all.
function judge.response(res)
  if res.status < 400 then return nil end
  local why = reason(answers.object(res), res)
  if res.status == 400 then
    local key = why:find("routing_key", 1, true) or text.lower(why):find("routing key", 1, true)
    return key and "disable" or "dead", why
  end
  if res.status == 413 then return "dead", why end
  return answers.passing(res)
end

return judge
