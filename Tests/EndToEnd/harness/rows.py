"""Databases that webhooks write to: what a pipeline asks of them, and what is in them afterwards."""

import sqlite3
from contextlib import closing

# The pipeline of docs/databases.md: ten lines.
SCRIPT = """\
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
"""
CREATING = [{"plugin": "database", "options": {"create": True}}]


def rows(path, sql, *values):
    """The rows of a query on a SQLite file."""
    with closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True)) as database:
        return database.execute(sql, values).fetchall()


def execute(path, sql, *values):
    """Runs a statement on a SQLite file, which is made when it is missing."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(sql, values)


def operation(body):
    """A script that sends this body, as Lua writes it, whatever the event is."""
    return f"function transform(event) return {body} end"
