// `print`, `log` and `has_tag`: log lines, and a question about events.
#include <string.h>

#include "native.h"

// Keeps the first bytes of what a script prints; the rest of a line that does not fit is cut between characters.
static void add_line(lua_State *L, const char *prefix) {
  sandbox *sb = sandbox_of(L);
  int count = lua_gettop(L);
  string_builder b;
  budget_charge(L, 1 + (uint64_t)count);
  if (sb->log_full) return;
  builder_start(L, &b);
  builder_add(&b, prefix, strlen(prefix));
  for (int i = 1; i <= count; i++) {
    size_t len;
    text_push_display(L, i);
    const char *text = lua_tolstring(L, -1, &len);
    if (i > 1) builder_add(&b, "\t", 1);
    builder_add(&b, text, text_cut(text, len, sb->limits.log_bytes));
    lua_pop(L, 1);
  }
  builder_add(&b, "\n", 1);
  budget_charge(L, 1 + b.len / 16);
  size_t room = sb->limits.log_bytes - sb->log.len;
  size_t kept = text_cut(b.bytes, b.len, room);
  buffer_append(L, &sb->log, b.bytes, kept);
  sb->log_full = kept < b.len;
}

static int print(lua_State *L) {
  add_line(L, "");
  return 0;
}

static int log_info(lua_State *L) {
  add_line(L, "info: ");
  return 0;
}

static int log_warn(lua_State *L) {
  add_line(L, "warn: ");
  return 0;
}

// Comparing takes time only for texts of the same length.
static void charge_comparison(lua_State *L, int text, int value) {
  size_t len = lua_rawlen(L, text);
  budget_charge(L, lua_type(L, value) == LUA_TSTRING && lua_rawlen(L, value) == len ? 1 + len / 64 : 1);
}

static bool list_has(lua_State *L, int list, int tag) {
  if (!lua_istable(L, list)) return false;
  lua_Integer count = (lua_Integer)lua_rawlen(L, list);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, list, i);
    charge_comparison(L, tag, -1);
    bool equal = lua_rawequal(L, -1, tag);
    lua_pop(L, 1);
    if (equal) return true;
  }
  return false;
}

static bool table_has_tag(lua_State *L, int table, int tag) {
  if (!lua_istable(L, table)) return false;
  lua_pushliteral(L, "tags");
  lua_rawget(L, table);
  bool found = list_has(L, lua_gettop(L), tag);
  lua_pop(L, 1);
  return found;
}

// `has_tag(event, tag)`: whether `event.data.tags` or `event.tags` lists the tag.
static int has_tag(lua_State *L) {
  if (!lua_istable(L, 1)) native_refuse(L, 1, "has_tag", "event", "a table");
  if (lua_type(L, 2) != LUA_TSTRING) native_refuse(L, 2, "has_tag", "tag", "a string");
  lua_pushliteral(L, "data");
  lua_rawget(L, 1);
  lua_pushboolean(L, table_has_tag(L, 3, 2) || table_has_tag(L, 1, 2));
  return 1;
}

void native_log_open(lua_State *L) {
  static const luaL_Reg functions[] = {{"has_tag", has_tag}, {"log_info", log_info}, {"log_warn", log_warn}, {"print", print}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
