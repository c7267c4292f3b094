-- What Discord's answers to "Execute Webhook" mean: JSON with a code and a message.
local answers = require("lib.answers")

local judge = {}

-- The webhook's URL is at fault.
local DISABLE = { [10015] = true, [50027] = true, [10003] = true }   -- Unknown Webhook, Invalid Webhook Token, Unknown Channel
-- The message is at fault.
local DEAD = {
  [50035] = true, [50006] = true, [50109] = true,   -- Invalid Form Body, Cannot send an empty message, invalid JSON
  [40005] = true, [220001] = true, [220003] = true, -- too large; a forum wants thread_name; only a forum takes it
}

local function reason(answer, res)
  local words = answers.text(answer.message)
  local code = math.type(answer.code) == "integer" and "code " .. answer.code or "status " .. res.status
  return words == "" and code or code .. ": " .. words
end

-- Returns a judgement and a reason, or nothing when the status says it all.
function judge.response(res)
  if res.status < 400 then return nil end
  local answer = answers.object(res)
  if res.status == 429 and type(answer.retry_after) == "number" then
    return "retry", string.format("rate limited, asked to wait %g s", answer.retry_after)
  end
  if DISABLE[answer.code] then return "disable", reason(answer, res) end
  if DEAD[answer.code] or res.status == 400 then return "dead", reason(answer, res) end
  return answers.passing(res)
end

return judge
