-- What Slack's answers to an Incoming Webhook mean. Slack answers with one word in the body.
local answers = require("lib.answers")

local judge = {}

-- The message is at fault: the same bytes get the same answer.
local DEAD = {
  invalid_payload = "Slack cannot read the message",
  invalid_blocks = "Slack refuses the blocks",
  invalid_blocks_format = "Slack refuses the blocks",
  invalid_attachments = "Slack refuses the attachments",
  no_text = "the message has no text",
  missing_text_or_fallback_or_attachments = "the message has no text",
  too_many_attachments = "the message has more than 100 attachments",
  msg_too_long = "the message is too long",
  msg_blocks_too_long = "the message is too long",
  user_not_found = "a user that the message names does not exist",
}

-- The URL is at fault: nothing is delivered until a person acts.
local DISABLE = {
  no_service = "this webhook URL is disabled, removed or wrong",
  no_service_id = "this webhook URL is disabled, removed or wrong",
  no_active_hooks = "this webhook URL is disabled",
  no_team = "the workspace is gone",
  team_disabled = "the workspace is not active any more",
  invalid_token = "the token in this webhook URL is not valid",
  channel_not_found = "the channel does not exist",
  channel_is_archived = "the channel is archived",
  action_prohibited = "an administrator of the workspace forbids it",
  posting_to_general_channel_denied = "an administrator restricts posting to #general",
}

-- Slack's own trouble.
local RETRY = { rollup_error = true, rate_limited = true, ratelimited = true, service_unavailable = true, internal_error = true }

-- Returns a judgement and a reason, or nothing when the status says it all.
function judge.response(res)
  local word = res.body:match("^%s*([%w_]+)%s*$") or answers.text(answers.object(res).error)
  if DISABLE[word] then return "disable", word .. ": " .. DISABLE[word] end
  if DEAD[word] then return "dead", word .. ": " .. DEAD[word] end
  if RETRY[word] then return "retry", word end
  return answers.passing(res)
end

return judge
