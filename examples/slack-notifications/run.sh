#!/usr/bin/env bash
# REM Labs' Slack use case, twice: with a script, and with shipped plugins. What Slack would get is shown by a local receiver.
set -euo pipefail
cd "$(dirname "$0")/../.."

example=examples/slack-notifications
. examples/processes.sh

launch_gateway 0 "$scratch/data" --allow-destinations 127.0.0.0/8
echo "gateway   $TIDEHOOK_SERVER"
launch receiver "$tidehook" listen --port 0 --compact
echo "receiver  $address"

# webhook NAME OPTION...: registers a webhook and says its id. Slack checks no signature, so the secret that Tidehook makes is not shown.
webhook() {
  local name=$1
  shift
  echo "webhook   $("$tidehook" webhooks add "$address/$name" --name "$name" --events memory.created --namespace my-project "$@" 2>"$scratch/secret" |
    awk '$1 == "id" { print $2; exit }')  $name"
}

webhook script --script examples/slack-architecture.lua
webhook plugins --pipeline "$example/pipeline.json"

# arrivals: shows the next two requests: each begins with what it is, has its headers and its body indented, and ends with an empty line.
arrivals() {
  local count=0 target='' body=''
  while [ "$count" -lt 2 ]; do
    next_line "a message"
    case $line in
      *'  POST /'*) target=${line#*POST } target=${target%% *} ;;
      '  {'*) body=$line ;;
      '') echo "  to $target:" && echo "  $body" && count=$((count + 1)) ;;
    esac
  done
}

for event in lunch architecture; do
  echo
  echo "$event: $("$tidehook" events send --file "$example/$event.json")"
done
arrivals

# The outcome is stored a moment after the decision.
filtered=
for ((tries = 0; tries < 100 && $(wc -l <<<"$filtered") < 3; tries++)); do
  filtered=$("$tidehook" deliveries list --state filtered)
  sleep 0.1
done
echo
echo "What the tags kept away:"
echo "$filtered"
