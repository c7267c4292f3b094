#!/usr/bin/env bash
# The demo behind `make run`: a gateway, a receiver, two webhooks and one event; then it serves until Ctrl-C.
# It may be run again on the same data folder: the webhooks are found by their names and pointed at the new receiver.
set -euo pipefail
cd "$(dirname "$0")/../.."

port=${PORT:-8420}
data=${DATA:-./data/demo}
secret=your-webhook-secret
example="make run"
. examples/processes.sh

if (exec 5<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
  fail "port $port is in use, perhaps by another Tidehook; stop that one, or choose another port: make run PORT=$((port + 1))"
fi

launch_gateway "$port" "$data" --allow-destinations 127.0.0.0/8
gateway=${processes[0]}
echo "gateway   $address  (data in $data, API key in $data/admin.key)"

launch receiver "$tidehook" listen --port 0 --secret "$secret" --compact
arrivals=$output
receiver=$address
echo "receiver  $receiver"

# webhook NAME PATH OPTION...: registers a webhook, or points the one of that name at the receiver.
webhook() {
  local name=$1 path=$2 id
  shift 2
  id=$("$tidehook" webhooks list --limit 500 2>"$scratch/list.log" | awk -v name="$name" '$NF == name { print $1; exit }')
  if [ -n "$id" ]; then
    "$tidehook" webhooks update "$id" --url "$receiver$path" --active "$@" >/dev/null
  else
    id=$("$tidehook" webhooks add "$receiver$path" --name "$name" --events memory.created,memory.updated,memory.deleted --secret "$secret" "$@" |
      awk '$1 == "id" { print $2; exit }')
  fi
  echo "webhook   $id  $name -> $path"
}

webhook demo-rem /rem --namespace my-project
webhook demo-slack /slack --namespace my-project --script examples/slack-architecture.lua

echo "event     $("$tidehook" events send --file examples/quickstart/event.json)"
echo
echo "What the receiver got:"
echo

# Shows what arrives until both webhooks have delivered: each delivery ends with an empty line.
rem='' slack='' reading=''
while [ -z "$rem" ] || [ -z "$slack" ]; do
  IFS= read -r -t 30 line <&"$arrivals" || fail "nothing arrived; see: $tidehook deliveries list"
  echo "$line"
  case $line in
    *'POST /rem '*) reading=rem ;;
    *'POST /slack '*) reading=slack ;;
    '') [ -z "$reading" ] || printf -v "$reading" done ;;
  esac
done

# The commands find a gateway on the usual port with the usual data folder by themselves.
call=$tidehook
[ "$port $data" = "8420 ./data" ] || call="TIDEHOOK_SERVER=$TIDEHOOK_SERVER TIDEHOOK_DATA=$data $tidehook"
cat <<END
Tidehook is serving at $TIDEHOOK_SERVER until Ctrl-C. From another terminal:
  $call deliveries list
  $call events send memory.created --namespace my-project --data '{"content":"Use Postgres","tags":["architecture"]}'
The console, signed in by this link once within five minutes ($call console makes another):
  $("$tidehook" console)
What arrives is shown here.

END
cat <&"$arrivals" &
processes+=($!)
# A gateway that was asked to end by somebody else has ended well.
if wait "$gateway"; then exit 0; fi
fail "the gateway has ended: $(reason gateway)"
