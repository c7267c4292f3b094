-- PagerDuty Events API v2: triggers, acknowledges and resolves alerts, and what PagerDuty's answers mean.
local message = require("lib.message")
local limits = require("lib.limits")
local alert = require("pagerduty.alert")
local judge = require("pagerduty.answers")

local MOST_SUMMARY = 1024
local MOST_BYTES = 512000   -- PagerDuty takes 512 KB
local MOST_FIELD = 255      -- characters of source, component, group and class

local function plain(s) return s end

local function payload(event, ctx, view, said)
  local options = ctx.options
  local first = said.text:match("[^\n]+") or ""
  local summary = options.summary and message.render(options.summary, view, plain)
    or first ~= "" and said.title .. ": " .. first or said.title
  summary = text.trim((text.truncate(summary, 2 * MOST_SUMMARY):gsub("%s+", " ")))
  local details = type(view.data) == "table" and view.data or event
  return {
    summary = limits.cut(summary ~= "" and summary or said.type, MOST_SUMMARY, "summary"),
    source = alert.optional(options.source, view, MOST_FIELD) or ctx.namespace or "tidehook",
    severity = alert.severity(options, view),
    timestamp = type(said.timestamp) == "string" and time.parse(said.timestamp) and said.timestamp or nil,
    component = alert.optional(options.component, view, MOST_FIELD),
    group = alert.optional(options.group, view, MOST_FIELD),
    class = alert.optional(options.class, view, MOST_FIELD) or said.type,
    custom_details = options.details and type(details) == "table" and details or nil,
  }
end

local function add_trigger(body, event, ctx, view)
  local options = ctx.options
  local said = message.compose(event, ctx, { most_text = MOST_SUMMARY, quiet = true })
  body.payload = payload(event, ctx, view, said)
  body.client, body.client_url = options.client, options.client_url
  if said.link then body.links = { { href = said.link, text = options.link_text } } end
  local ok, written = pcall(json.encode, body)
  if not ok or #written > MOST_BYTES then
    log.info("details left out: PagerDuty takes " .. MOST_BYTES .. " bytes in all")
    body.payload.custom_details = { left_out = "too large for PagerDuty", event_id = ctx.event.id }
  end
end

return {
  name = "pagerduty",
  version = "1.0.0",
  summary = "Triggers, acknowledges and resolves PagerDuty alerts through the Events API v2.",
  kind = "stage",
  options = {
    routing_key = {
      type = "string", required = true, secret = true, pattern = "^%w+$", min = 32, max = 32,
      description = "The integration key of an Events API v2 integration.",
    },
    action = {
      type = "string", min = 1,
      description = "Template of a word that decides the action, such as {{data.status}}; it goes before the patterns below.",
    },
    actions = {
      type = "object",
      description = 'What the words mean: {"open": "trigger", "fixed": "resolve"}. trigger, acknowledge and resolve mean themselves.',
    },
    otherwise = {
      type = "string", enum = { "trigger", "acknowledge", "resolve" },
      description = "The action for words without a meaning; without it, such events are dropped.",
    },
    resolve_on = {
      type = "array", items = "string", default = { "*.resolved", "*.recovered", "*.closed" },
      description = "Types of events that resolve.",
    },
    acknowledge_on = {
      type = "array", items = "string", default = { "*.acknowledged" },
      description = "Types of events that acknowledge. All others trigger.",
    },
    dedup_key = {
      type = "string", min = 1,
      description = "Template of the alert's key; without it, dedup_key, incident_id, alert_id, memory_id or id of data, or the event's id.",
    },
    severity = {
      type = "string", min = 1, default = "{{data.severity}}",
      description = "Template of the severity, in PagerDuty's words or usual others.",
    },
    severities = { type = "object", description = 'Your own words for severities, in lower case: {"catastrophe": "critical"}.' },
    default_severity = {
      type = "string", enum = { "critical", "error", "warning", "info" }, default = "warning",
      description = "The severity of events that have none.",
    },
    summary = {
      type = "string", min = 1,
      description = "Template of the alert's title; without it, the event's type in words and its text.",
    },
    source = { type = "string", min = 1, description = "Template of what is affected; without it, the namespace." },
    component = { type = "string", min = 1, description = "Template of the affected part." },
    group = { type = "string", min = 1, description = "Template of what the source belongs to." },
    class = { type = "string", min = 1, description = "Template of the kind of problem; without it, the event's type." },
    details = { type = "boolean", default = true, description = "Whether the event's data goes along as custom details." },
    link = {
      type = "string", pattern = "^https?://",
      description = "Template of a URL shown with the alert; values in it are URL-encoded.",
    },
    link_text = { type = "string", default = "Open", min = 1, max = 75, description = "What the link is called." },
    client = { type = "string", default = "Tidehook", min = 1, max = 255, description = "Which program the alert says it comes from." },
    client_url = { type = "string", pattern = "^https?://", description = "Where that program is." },
  },
  defaults = { rate_limit = "2/s" },

  transform = function(event, ctx)
    local options, view = ctx.options, message.view(event, ctx)
    local kind = type(view.event) == "string" and view.event or ctx.event.event
    local action, why = alert.action(options, view, kind)
    if not action then return nil, why end
    local body = { routing_key = options.routing_key, event_action = action, dedup_key = alert.key(options, view, ctx.event.id) }
    if action == "trigger" then add_trigger(body, event, ctx, view) end
    return body
  end,

  response = judge.response,
}
