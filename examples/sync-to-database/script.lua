local upserts = { ["memory.created"] = true, ["memory.updated"] = true }
function transform(event, ctx)
  local m = event.data
  local row = { table = "memories", key = { memory_id = m.memory_id } }
  if event.event == "memory.deleted" then row.delete = true
  elseif upserts[event.event] then
    row.values = { content = m.content, tags = m.tags, namespace = ctx.namespace, updated_at = event.timestamp }
  else return nil, "nothing to sync" end
  return row
end
