#!/usr/bin/env bash
# Shows a memory's life in a SQLite table: a gateway, a webhook, and events in the wrong order. Ends by itself; DATA is where the file stays.
set -euo pipefail
cd "$(dirname "$0")/../.."

data=${DATA:-./data/sync}
example=examples/sync-to-database
. examples/processes.sh

mkdir -p "$data/databases"
launch_gateway 0 "$data" --databases "$data/databases"

# api METHOD PATH [BODY FILE]
api() {
  local body=()
  [ $# -lt 3 ] || body=(-H 'Content-Type: application/json' --data-binary "@$3")
  curl -sS --fail-with-body -X "$1" "$TIDEHOOK_SERVER$2" -H "Authorization: Bearer $(cat "$data/admin.key")" "${body[@]}"
}

webhook=$("$tidehook" webhooks list | awk '$NF == "sync" { print $1; exit }')
[ -n "$webhook" ] || webhook=$(api POST /v1/webhooks examples/sync-to-database/webhook.json | grep -o 'wh_[a-z0-9]*' | head -n 1)
echo "webhook $webhook -> sqlite:memories.db in $data/databases"

memory=mem_$$

# publish WHAT TIME CONTENT: publishes an event and waits for its delivery.
publish() {
  local event
  printf '{"event":"memory.%s","timestamp":"2026-04-13T%sZ","data":{"memory_id":"%s","content":"%s","namespace":"my-project","tags":["caching"]}}' \
    "$1" "$2" "$memory" "$3" >"$scratch/event.json"
  event=$(api POST /v1/events "$scratch/event.json" | grep -o 'evt_[a-z0-9]*' | head -n 1)
  for _ in $(seq 200); do
    case $(api GET "/v1/deliveries?event=$event&limit=1") in
      *'"state":"delivered"'*) break ;;
      *'"state":"dead"'* | *'"state":"filtered"'*) fail "not delivered; see $data" ;;
      *) sleep 0.05 ;;
    esac
  done
  echo
  echo "memory.$1 at $2"
  show
}

# Python is there wherever the tests run; the shell of SQLite need not be.
show() {
  python3 - "$data/databases/memories.db" "$memory" <<'PYTHON'
import sqlite3
import sys

database = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
rows = database.execute("SELECT memory_id, content, tags, namespace FROM memories WHERE memory_id = ?", sys.argv[2:]).fetchall()
print("  table:", " | ".join(rows[0]) if rows else "no row")
PYTHON
}

publish created 10:30:00 'We decided to use Redis for caching'
publish updated 10:32:00 'We decided to use Valkey for caching'
publish updated 10:31:00 'late: an older update changes nothing'
publish deleted 10:34:00 ''
publish updated 10:33:00 'late: the row does not come back'
echo
echo "done; the file is $data/databases/memories.db"
