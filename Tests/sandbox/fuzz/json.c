// Fuzzes the way from JSON to Lua and back. What was written must be read again, and be written the same.
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Returns what became of the text, or nothing when it is not JSON. Changed tables only have to be written at all.
static const char script[] =
    "return function(text)\n"
    "  local ok, value = pcall(json.decode, text)\n"
    "  if not ok then return '' end\n"
    "  local written, out = pcall(json.encode, value)\n"
    "  local function change(v, depth)\n"
    "    if type(v) ~= 'table' or depth == 0 then return v end\n"
    "    for k, w in pairs(v) do v[k] = change(w, depth - 1) end\n"
    "    local first = next(v)\n"
    "    if first ~= nil then v[first] = nil end\n"
    "    if #v > 0 then table.remove(v) v[#v + 1] = json.null else v.added, v['7'] = depth, json.array() end\n"
    "    return v\n"
    "  end\n"
    "  pcall(json.encode, change(value, 5))\n"
    "  pcall(json.encode, { value, value })\n"
    "  return written and out or ''\n"
    "end\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  sandbox_result result;
  fuzz_call first = {.texts = {{(const char *)data, size}}, .count = 1};
  if (!fuzz_run(script, &first, &result) || result.body.len == 0) return 0;
  char *written = malloc(result.body.len);
  size_t len = result.body.len;
  memcpy(written, result.body.bytes, len);
  fuzz_call second = {.texts = {{written, len}}, .count = 1};
  if (fuzz_run(script, &second, &result) && (result.body.len != len || memcmp(result.body.bytes, written, len) != 0)) {
    printf("written first: %.*s\nwritten again: %.*s\n", (int)len, written, (int)result.body.len, result.body.bytes);
    abort();
  }
  free(written);
  return 0;
}
