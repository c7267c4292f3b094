# Sourced by the examples' run.sh: starts a gateway and what else they need, and ends all of it in every way out.
# shellcheck shell=bash

tidehook=${TIDEHOOK_BINARY:-.build/release/tidehook}
# The environment of whoever runs an example must not point its gateway elsewhere.
unset "${!TIDEHOOK_@}"

fail() {
  echo "${example:?}: $1" >&2
  exit 1
}

[ -x "$tidehook" ] || fail "there is no $tidehook; build it with: make build"
scratch=$(mktemp -d)
processes=()

# Ends what was started, in every way out of here; a second Ctrl-C meanwhile changes nothing.
stop() {
  trap '' INT TERM HUP
  for process in "${processes[@]}"; do kill -TERM "$process" 2>/dev/null || true; done
  for process in "${processes[@]}"; do wait "$process" 2>/dev/null || true; done
  rm -rf "$scratch"
}
trap stop EXIT
trap 'echo; echo "stopping"; exit 0' INT TERM HUP

# reason NAME: the last thing that a process said.
reason() {
  tail -n 1 "$scratch/$1.log" | sed 's/^Error: //'
}

# launch NAME COMMAND...: starts a process and reads its output up to the line that says where it listens; sets `address`, and `output`
# to the descriptor that the rest comes from.
launch() {
  local name=$1 line
  shift
  mkfifo "$scratch/$name"
  "$@" >"$scratch/$name" 2>"$scratch/$name.log" &
  processes+=($!)
  exec {output}<"$scratch/$name"
  while read -r line <&"$output" || fail "the $name did not start: $(reason "$name")"; do
    case $line in "listening on "*) break ;; esac
  done
  address=${line#listening on }
}

# launch_gateway PORT DATA [OPTION...]: starts a gateway (port 0 is any free one); the commands that come after it find it.
launch_gateway() {
  export TIDEHOOK_DATA=$2
  mkdir -p "$TIDEHOOK_DATA"
  launch gateway "$tidehook" serve --host 127.0.0.1 --port "$1" --data "$TIDEHOOK_DATA" "${@:3}"
  export TIDEHOOK_SERVER=$address
}

# next_line WHAT: reads the next line that the process behind `output` prints into `line`.
next_line() {
  IFS= read -r -t 30 line <&"$output" || fail "$1 did not come; see what the gateway says:"$'\n'"$("$tidehook" deliveries list)"
}
