-- Sends REM Labs' payload, which is what events are stored as: nothing changes, and every byte stays.
return {
  name = "rem",
  version = "1.0.0",
  summary = "Sends the event as REM Labs' webhooks do: unchanged.",
  kind = "stage",
  filter = function() return true end,
}
