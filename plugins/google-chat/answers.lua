-- What Google Chat's answers mean: JSON with an error object of code, status and message.
local answers = require("lib.answers")

local judge = {}

-- Returns a judgement and a reason, or nothing when the status says it all.
function judge.response(res)
  if res.status < 400 then return nil end
  local fault = answers.object(res).error
  if type(fault) ~= "table" then fault = {} end
  local name, words = answers.text(fault.status), answers.text(fault.message)
  local why = name ~= "" and name .. ": " .. words or "Google Chat answered " .. res.status
  -- A wrong or removed key is answered 400 too.
  if res.status == 400 then return words:find("API key", 1, true) and "disable" or "dead", why end
  if res.status == 401 or res.status == 403 or res.status == 404 then return "disable", why end
  if res.status == 413 then return "dead", why end
  return answers.passing(res)
end

return judge
