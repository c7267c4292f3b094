#!/bin/bash
# Builds the C harness twice and runs it: with sanitizers over hostile scripts, failed allocations and generated scripts;
# without, against Lua itself and against the clock.
#   CC        a clang; default: clang
#   ROUNDS    generated scripts; default 2000
#   SEED      where they begin; default 1
set -euo pipefail
cd "$(dirname "$0")"
CC=${CC:-clang}
SOURCES="../../Sources/CLuaSandbox/*.c"
BUILD=$(mktemp -d)
trap 'rm -rf "$BUILD"' EXIT
FLAGS="-std=gnu17 -Wall -Wextra -Werror -Wno-c23-extensions -I../../Sources/CLuaSandbox/include $(pkg-config --cflags lua5.4 libcrypto)"
SANITIZE="-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined"
LIBS="$(pkg-config --libs lua5.4 libcrypto) -lm"

# shellcheck disable=SC2086 # lists of words
$CC $FLAGS -O2 harness.c $SOURCES -o "$BUILD/harness" $LIBS
# shellcheck disable=SC2086
$CC $FLAGS $SANITIZE harness.c $SOURCES -o "$BUILD/sanitized" $LIBS 2>"$BUILD/link"
# shellcheck disable=SC2086
$CC $FLAGS -O2 library.c $SOURCES -o "$BUILD/library" $LIBS
# shellcheck disable=SC2086
$CC $FLAGS $SANITIZE library.c $SOURCES -o "$BUILD/sanitized-library" $LIBS 2>"$BUILD/link"

"$BUILD/harness" eval differential.lua >"$BUILD/ours"
lua5.4 -e 'dofile("differential.lua") io.write(transform())' >"$BUILD/theirs"
cmp "$BUILD/ours" "$BUILD/theirs"
echo "$(wc -l <"$BUILD/ours") results are the same as Lua's own"
"$BUILD/harness" hostile hostile | tail -1
"$BUILD/harness" rotate
"$BUILD/harness" numbers
"$BUILD/harness" starve | tail -1
"$BUILD/harness" bench | head -1
"$BUILD/sanitized" hostile hostile | tail -1
"$BUILD/sanitized" numbers
"$BUILD/sanitized" starve | tail -1
"$BUILD/sanitized" fuzz "${ROUNDS:-2000}" "${SEED:-1}" hostile
"$BUILD/library" flat
"$BUILD/library" cost
"$BUILD/sanitized-library" examples
"$BUILD/sanitized-library" starve
echo "sandbox: all passed"
