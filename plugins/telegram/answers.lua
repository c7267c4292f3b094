-- What the Bot API's answers mean: JSON with ok, error_code, description and parameters.
local answers = require("lib.answers")

local judge = {}

-- Parts of the descriptions that say that nothing reaches this chat until a person acts.
local CLOSED = {
  "chat not found", "have no rights", "not enough rights", "need administrator rights", "CHAT_WRITE_FORBIDDEN", "upgraded to a supergroup",
  "message thread not found", "TOPIC_CLOSED", "TOPIC_DELETED", "PEER_ID_INVALID",
}

local function is_closed(words)
  for _, part in ipairs(CLOSED) do
    if words:find(part, 1, true) then return true end
  end
  return false
end

-- Returns a judgement and a reason, or nothing when the status says it all.
function judge.response(res)
  if res.status < 400 then return nil end
  local answer = answers.object(res)
  local words = answers.text(answer.description)
  if words == "" then words = "Telegram answered " .. res.status end
  local parameters = type(answer.parameters) == "table" and answer.parameters or {}
  if res.status == 429 then
    local wait = parameters.retry_after
    return "retry", math.type(wait) and string.format("rate limited, asked to wait %d s", math.ceil(wait)) or words
  end
  if math.type(parameters.migrate_to_chat_id) then
    return "disable", string.format("%s: set chat_id to %d", words, parameters.migrate_to_chat_id)
  end
  -- 401: the token was revoked. 404: it never was one. 403: the bot was blocked or removed, or the chat is gone.
  if res.status == 401 or res.status == 403 or res.status == 404 then return "disable", words end
  if res.status == 400 then return is_closed(words) and "disable" or "dead", words end
  return answers.passing(res)
end

return judge
