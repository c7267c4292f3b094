// `json.pretty`: the text of `json.encode` with line breaks and indentation.
#include <string.h>

#include "native.h"

static void break_line(lua_State *L, string_builder *b, int depth) {
  static const char spaces[] = "                                                                ";
  size_t limit = sandbox_of(L)->limits.output_bytes;
  if (b->len > limit) native_fail(L, "json.pretty: larger than %I bytes", (LUAI_UACINT)limit);
  budget_charge(L, 1 + (uint64_t)depth / 16);
  builder_add(b, "\n", 1);
  for (int left = 2 * depth; left > 0; left -= 64) builder_add(b, spaces, left < 64 ? (size_t)left : 64);
}

// The byte after the string that begins at `i`.
static size_t skip_string(const char *s, size_t i) {
  for (i++; s[i] != '"'; i++) {
    if (s[i] == '\\') i++;
  }
  return i + 1;
}

static void add_indented(lua_State *L, string_builder *b, const char *s, size_t len) {
  int depth = 0;
  for (size_t i = 0; i < len;) {
    char c = s[i];
    size_t end = c == '"' ? skip_string(s, i) : i + 1;
    bool opens = c == '{' || c == '[', closes = c == '}' || c == ']', empty = opens && (s[end] == '}' || s[end] == ']');
    if (empty) end++;
    if (closes) break_line(L, b, --depth);
    builder_add(b, s + i, end - i);
    if (c == ':') builder_add(b, " ", 1);
    if (opens && !empty) break_line(L, b, ++depth);
    if (c == ',') break_line(L, b, depth);
    i = end;
  }
}

// `json_pretty(text)`: `text` is JSON without white space.
static int json_pretty(lua_State *L) {
  size_t len;
  const char *s = lua_tolstring(L, 1, &len);
  string_builder b;
  budget_charge(L, 1 + len / 16);
  builder_start(L, &b);
  add_indented(L, &b, s, len);
  builder_push(&b);
  return 1;
}

void native_json_open(lua_State *L) {
  lua_pushcfunction(L, json_pretty);
  lua_setfield(L, -2, "json_pretty");
}
