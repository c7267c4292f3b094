#!/bin/bash
# Builds the C harness twice and runs it: with sanitizers over hostile scripts, failed allocations and generated scripts;
# without, against Lua itself and against the clock. Meanwhile libFuzzer tries the JSON bridge and the pattern matcher.
#   CC            a clang; default: clang
#   ROUNDS        generated scripts; default 2000
#   SEED          where they begin; default 1
#   FUZZ_SECONDS  how long both fuzzers run together; default 60, 0 for not at all
set -euo pipefail
cd "$(dirname "$0")"
CC=${CC:-clang}
FUZZ_SECONDS=${FUZZ_SECONDS:-60}
SOURCES="../../Sources/CLuaSandbox/*.c"
BUILD=$(mktemp -d)
FLAGS="-std=gnu17 -Wall -Wextra -Werror -Wno-c23-extensions -Iharness -Ifuzz -I../../Sources/CLuaSandbox -I../../Sources/CLuaSandbox/include $(pkg-config --cflags lua5.4 libcrypto)"
SANITIZE="-O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=undefined -fuse-ld=lld"
LIBS="$(pkg-config --libs lua5.4 libcrypto) -lm"

fuzzing=
stop() {
  [ -z "$fuzzing" ] || kill "$fuzzing" 2>/dev/null || true
  rm -rf "$BUILD"
}
trap stop EXIT

# Prints the last line, and what went before it when that tells of a failure.
passes() {
  "$@" >"$BUILD/out" || { grep -a -A 12 '^FAIL' "$BUILD/out" >&2; tail -1 "$BUILD/out" >&2; return 1; }
  tail -1 "$BUILD/out"
}

# Inputs that fail are printed in base64; keep them in the corpus.
fuzz() {
  local name=$1 found=$BUILD/found-$1
  mkdir "$found"
  # shellcheck disable=SC2086 # lists of words
  $CC $FLAGS $SANITIZE -fsanitize=fuzzer,address,undefined fuzz/fuzz.c "fuzz/$name.c" $SOURCES -o "$BUILD/fuzz-$name" $LIBS
  "$BUILD/fuzz-$name" -detect_leaks=0 -max_len=128 -dict="fuzz/$name.dict" -artifact_prefix="$BUILD/" -print_final_stats=1 \
    -max_total_time=$((FUZZ_SECONDS / 2)) "$found" "fuzz/corpus/$name" >"$BUILD/log-$name" 2>&1 || { tail -60 "$BUILD/log-$name" >&2; return 1; }
  echo "fuzzed $name: $(sed -n 's/^stat::number_of_executed_units: //p' "$BUILD/log-$name") inputs, $(find "$found" -type f | wc -l) of them new"
}

if [ "$FUZZ_SECONDS" -gt 0 ]; then
  (set -e; fuzz json; fuzz pattern) &
  fuzzing=$!
fi

# shellcheck disable=SC2086
$CC $FLAGS -O2 harness/*.c $SOURCES -o "$BUILD/harness" $LIBS
# shellcheck disable=SC2086
$CC $FLAGS $SANITIZE -fsanitize=address,undefined harness/*.c $SOURCES -o "$BUILD/sanitized" $LIBS
# shellcheck disable=SC2086
$CC $FLAGS -O2 library.c $SOURCES -o "$BUILD/library" $LIBS
# shellcheck disable=SC2086
$CC $FLAGS $SANITIZE -fsanitize=address,undefined library.c $SOURCES -o "$BUILD/sanitized-library" $LIBS

"$BUILD/harness" eval differential.lua >"$BUILD/ours"
lua5.4 -e 'dofile("differential.lua") io.write(transform())' >"$BUILD/theirs"
cmp "$BUILD/ours" "$BUILD/theirs"
echo "$(wc -l <"$BUILD/ours") results are the same as Lua's own"
passes "$BUILD/harness" hostile hostile
passes "$BUILD/harness" isolation isolation
"$BUILD/harness" rotate
"$BUILD/harness" numbers
passes "$BUILD/harness" starve
"$BUILD/harness" bench | head -1
passes "$BUILD/sanitized" hostile hostile
passes "$BUILD/sanitized" isolation isolation
"$BUILD/sanitized" numbers
passes "$BUILD/sanitized" starve
"$BUILD/sanitized" fuzz "${ROUNDS:-2000}" "${SEED:-1}" hostile
"$BUILD/library" flat
"$BUILD/library" cost
"$BUILD/sanitized-library" examples
"$BUILD/sanitized-library" rules rules/*.lua
"$BUILD/sanitized-library" starve rules/*.lua
if [ -n "$fuzzing" ]; then
  wait "$fuzzing"
  fuzzing=
fi
echo "sandbox: all passed"
