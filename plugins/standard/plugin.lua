-- Makes the payload that Standard Webhooks 1.0.0 recommends: `type`, `timestamp` and `data`.
return {
  name = "standard",
  version = "1.0.0",
  summary = "Sends the payload of Standard Webhooks: type, timestamp and data.",
  kind = "stage",
  transform = function(event, ctx)
    local envelope = require("lib.envelope")(event, ctx)
    -- An earlier stage that made a text has also said what it is.
    local overrides = type(event) == "string" and { content_type = "application/json" } or nil
    return { type = envelope.type, timestamp = envelope.time, data = envelope.data }, overrides
  end,
}
