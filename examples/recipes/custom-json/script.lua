-- Makes the JSON that an internal task service takes: flat, with its own names, and with a due date.

local DAYS = { critical = 1, high = 3, normal = 14 }

function transform(event)
  local priority = path.get(event, "data.priority", "normal")
  if not DAYS[priority] then return nil, "no task for priority " .. tostring(priority) end
  local task = {
    title = text.truncate(event.data.content, 40),
    priority = priority,
    due = time.format(time.add(event.timestamp, { days = DAYS[priority] }), "%Y-%m-%d"),
    owner = path.get(event, "data.user.name", json.null),
    labels = json.array(path.get(event, "data.tags", {})),
  }
  return { task = task }, { method = "PUT", headers = { ["Idempotency-Key"] = uuid_from(event.id) } }
end
