#!/usr/bin/env bash
# REM Labs' Express receiver behind a gateway: registers it with REM Labs' curl, publishes one event of each type, forges one, and ends.
set -euo pipefail
cd "$(dirname "$0")/../.."

example=examples/express-receiver
. examples/processes.sh
export WEBHOOK_SECRET=your-webhook-secret TIDEHOOK_API_KEY=choose-a-long-key-of-your-own
export NODE_PATH=${NODE_PATH:+$NODE_PATH:}/usr/share/nodejs

command -v node >/dev/null || fail "node is missing; on Debian: apt install nodejs node-express"
launch_gateway 0 "$scratch/data" --allow-destinations 127.0.0.0/8
echo "gateway   $TIDEHOOK_SERVER"
launch receiver env PORT=0 node "$example/receiver.mjs"
target=$address/webhooks/remlabs
echo "receiver  $target"

echo
echo "Registering it:"
curl -sS -X POST "$TIDEHOOK_SERVER/v1/webhooks" \
  -H "Authorization: Bearer $TIDEHOOK_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "url": "'"$target"'",
    "events": ["memory.created", "memory.updated", "memory.deleted"],
    "namespace": "my-project",
    "secret": "'"$WEBHOOK_SECRET"'"
  }'
echo

# publish TYPE DATA [PRINTS]: publishes an event and shows what the receiver prints for it.
publish() {
  echo
  echo "$1: $("$tidehook" events send "$1" --namespace my-project --data "$2")"
  [ -z "${3:-}" ] || { next_line "the receiver's line" && echo "  receiver: $line"; }
}

memory='{"memory_id":"mem_xyz789","content":"We decided to use Redis for caching","namespace":"my-project","tags":["architecture","caching"]}'
publish memory.created "$memory" prints
publish memory.updated "${memory/Redis/Valkey}" prints
publish memory.deleted '{"memory_id":"mem_xyz789"}' prints
publish memory.recalled '{"query":"caching"}'

echo
echo "A request with another signature: $(curl -sS -w ' (%{http_code})' "$target" -H 'Content-Type: application/json' \
  -H "X-REM-Signature: $(printf '%064d' 0)" -d '{"id":"evt_forged","event":"memory.deleted","data":{"memory_id":"mem_xyz789"}}')"
