-- What GitHub's answers to "Create an issue" mean.
local answers = require("lib.answers")

local judge = {}

-- GitHub answers 403 both to who may not and to who asks too often.
local function is_limited(res, words)
  if res.headers["x-ratelimit-remaining"] == "0" or res.headers["retry-after"] then return true end
  return text.lower(words):find("rate limit", 1, true) ~= nil
end

-- One of the `errors` of an answer: which member is wrong, and how.
local function fault_of(fault)
  if type(fault) ~= "table" then return "" end
  local why = answers.text(fault.message)
  return text.trim(answers.text(fault.field) .. " " .. (why ~= "" and why or answers.text(fault.code)))
end

local function reason(answer, res)
  local words = { answers.text(answer.message) }
  if type(answer.errors) == "table" then
    for i = 1, math.min(#answer.errors, 5) do
      local fault = fault_of(answer.errors[i])
      if fault ~= "" then words[#words + 1] = fault end
    end
  end
  local said = table.concat(words, "; ")
  return said ~= "" and said or "GitHub answered " .. res.status
end

-- 401: the token is not valid. 404: the repository is gone, or hidden from the token. 410: it has issues switched off.
local DISABLE = { [401] = true, [403] = true, [404] = true, [410] = true }
local DEAD = { [400] = true, [413] = true, [422] = true }

-- Returns a judgement and a reason, or nothing when the status says it all.
function judge.response(res)
  if res.status < 300 then return nil end
  local why = reason(answers.object(res), res)
  if (res.status == 403 or res.status == 429) and is_limited(res, why) then return "retry", why end
  if res.status < 400 then return "disable", "the repository moved: change the option repo" end
  if DISABLE[res.status] then return "disable", why end
  if DEAD[res.status] then return "dead", why end
  return answers.passing(res)
end

return judge
