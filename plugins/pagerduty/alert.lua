-- What becomes of an event in PagerDuty: which action, for which alert, how severe.
local message = require("lib.message")
local limits = require("lib.limits")

local alert = {}

local MOST_KEY = 255          -- characters of a dedup_key
local HASHED_KEY = 190        -- how much of a longer key is kept before its hash

local ACTIONS = { trigger = true, acknowledge = true, resolve = true }

-- Other words for PagerDuty's four severities.
local SEVERITIES = {
  critical = "critical", fatal = "critical", emergency = "critical", alert = "critical", p1 = "critical", sev1 = "critical",
  error = "error", err = "error", high = "error", major = "error", p2 = "error", sev2 = "error",
  warning = "warning", warn = "warning", medium = "warning", minor = "warning", p3 = "warning", sev3 = "warning",
  info = "info", information = "info", informational = "info", notice = "info", low = "info", debug = "info", ok = "info",
  p4 = "info", sev4 = "info",
}

-- Members of `data` that name an alert, in this order.
local KEYS = { "dedup_key", "incident_id", "alert_id", "memory_id", "id" }

local function plain(s) return s end

local function is_value(value) return type(value) == "string" and value ~= "" or math.type(value) == "integer" end

-- Whether an event's type matches a pattern such as "memory.*", "*.resolved" or "*".
local function matches(kind, pattern)
  local lua = pattern:gsub("[%p]", "%%%0"):gsub("%%%*", ".*")
  return kind:find("^" .. lua .. "$") ~= nil
end

local function any_matches(kind, patterns)
  for _, pattern in ipairs(patterns) do
    if matches(kind, pattern) then return true end
  end
  return false
end

-- Returns the action, or nil and why there is none.
function alert.action(options, view, kind)
  if options.action then
    local said = message.render(options.action, view, plain)
    local action = options.actions and options.actions[said] or ACTIONS[said] and said or options.otherwise
    if ACTIONS[action] then return action end
    return nil, "no PagerDuty action for " .. string.format("%q", said)
  end
  if any_matches(kind, options.resolve_on) then return "resolve" end
  if any_matches(kind, options.acknowledge_on) then return "acknowledge" end
  return "trigger"
end

-- Returns the key that ties the events of one alert together; two different long keys stay different.
function alert.key(options, view, event_id)
  local key
  if options.dedup_key then
    key = message.render(options.dedup_key, view, plain)
  elseif type(view.data) == "table" then
    for _, name in ipairs(KEYS) do
      if is_value(view.data[name]) then
        key = tostring(view.data[name])
        break
      end
    end
  end
  if not key or key == "" then key = event_id end
  if text.length(key) <= MOST_KEY then return key end
  return text.truncate(key, HASHED_KEY, "") .. ":" .. crypto.sha256(key)
end

-- Returns critical, error, warning or info.
function alert.severity(options, view)
  local said = text.lower(message.render(options.severity, view, plain))
  local own = options.severities and options.severities[said]
  return SEVERITIES[own] or SEVERITIES[said] or options.default_severity
end

-- Renders an optional template; nil when it is not there or renders to nothing.
function alert.optional(template_text, view, most)
  if not template_text then return nil end
  local said = message.render(template_text, view, plain)
  return said ~= "" and limits.cut(said, most) or nil
end

return alert
