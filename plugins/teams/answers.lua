-- What the answers of a Workflows webhook (and of the older connectors) mean.
local answers = require("lib.answers")

local judge = {}

-- The workflow is gone, switched off, or closed to this URL: codes of the error object.
local DISABLE = {
  WorkflowNotFound = true, WorkflowTriggerIsNotEnabled = true, WorkflowDisabled = true,
  DirectApiAuthorizationRequired = true, AuthorizationFailed = true, InvalidAuthorization = true,
}

local function reason(code, words, res)
  if code == "" then return "Teams answered " .. res.status end
  return words == "" and code or code .. ": " .. words
end

-- Returns a judgement and a reason, or nothing when the status says it all.
function judge.response(res)
  -- Connectors answer 200 even when Teams turned the message away.
  local inner = res.status < 300 and res.body:match("returned HTTP error (%d+)")
  if inner then return inner == "429" and "retry" or "dead", "Microsoft Teams endpoint returned HTTP error " .. inner end
  if res.status < 400 then return nil end
  local fault = answers.object(res).error
  local code = type(fault) == "table" and answers.text(fault.code) or ""
  local why = reason(code, type(fault) == "table" and answers.text(fault.message) or "", res)
  if DISABLE[code] or res.status == 401 or res.status == 403 or res.status == 404 or res.status == 410 then return "disable", why end
  if res.status == 400 or res.status == 413 then return "dead", why end
  return answers.passing(res)
end

return judge
