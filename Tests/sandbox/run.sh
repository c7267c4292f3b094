#!/bin/bash
# Builds the C harness twice and runs it: with sanitizers over hostile scripts, failed allocations and generated scripts;
# without, against Lua itself and against the clock.
#   CC        a clang; default: clang
#   ROUNDS    generated scripts; default 2000
#   SEED      where they begin; default 1
set -euo pipefail
cd "$(dirname "$0")"
CC=${CC:-clang}
SOURCES="harness/*.c ../../Sources/CLuaSandbox/*.c"
BUILD=$(mktemp -d)
trap 'rm -rf "$BUILD"' EXIT
FLAGS="-std=gnu17 -Wall -Wextra -Werror -Iharness -I../../Sources/CLuaSandbox -I../../Sources/CLuaSandbox/include $(pkg-config --cflags lua5.4)"
LIBS="$(pkg-config --libs lua5.4) -lm"

# shellcheck disable=SC2086 # lists of words
$CC $FLAGS -O2 $SOURCES -o "$BUILD/harness" $LIBS
# shellcheck disable=SC2086
$CC $FLAGS -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined $SOURCES -fuse-ld=lld -o "$BUILD/sanitized" $LIBS

"$BUILD/harness" eval differential.lua >"$BUILD/ours"
lua5.4 -e 'dofile("differential.lua") io.write(transform())' >"$BUILD/theirs"
cmp "$BUILD/ours" "$BUILD/theirs"
echo "$(wc -l <"$BUILD/ours") results are the same as Lua's own"
# Prints the last line, and every line that tells of a failure before it.
passes() {
  "$@" >"$BUILD/out" || { grep -a -A 12 '^FAIL' "$BUILD/out" >&2; tail -1 "$BUILD/out" >&2; return 1; }
  tail -1 "$BUILD/out"
}

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
echo "sandbox: all passed"
