// `json`: what scripts need to read and make JSON themselves, and to say what Lua tables cannot.
#include <string.h>

#include "native.h"

static int decode(lua_State *L) {
  sandbox_text text;
  char problem[160];
  text.bytes = luaL_checklstring(L, 1, &text.len);
  if (!json_push(L, text, DOCUMENT_NONE, problem, sizeof problem)) native_fail(L, "not JSON: %s", problem);
  return 1;
}

static int encode(lua_State *L) {
  sandbox *sb = sandbox_of(L);
  char problem[320];
  luaL_checkany(L, 1);
  size_t begin = sb->out.len;
  if (json_write(L, 1, sb->limits.output_bytes, problem, sizeof problem) != JSON_WRITTEN) {
    native_fail(L, "cannot be written as JSON: %s", problem);
  }
  lua_pushlstring(L, sb->out.bytes + begin, sb->out.len - begin);
  sb->out.len = begin;
  return 1;
}

static int mark(lua_State *L, bool array) {
  if (lua_isnoneornil(L, 1)) {
    lua_settop(L, 0);
    lua_newtable(L);
  }
  luaL_checktype(L, 1, LUA_TTABLE);
  if (library_is_frozen(L, 1)) return luaL_error(L, "libraries are read-only");
  context_force(L, 1);
  if (lua_getmetatable(L, 1) && lua_topointer(L, -1) == sandbox_of(L)->array_metatable && !array) {
    lua_pushnil(L);
    lua_setmetatable(L, 1);
  }
  lua_settop(L, 1);
  json_mark(L, 1, array);
  return 1;
}

static int array(lua_State *L) { return mark(L, true); }

static int object(lua_State *L) { return mark(L, false); }

void json_library_open(lua_State *L, int globals) {
  static const luaL_Reg functions[] = {{"array", array}, {"decode", decode}, {"encode", encode}, {"object", object}, {NULL, NULL}};
  luaL_newlib(L, functions);
  lua_pushlightuserdata(L, (void *)&tag_null);
  lua_setfield(L, -2, "null");
  lua_setfield(L, globals, "json");
  lua_newtable(L);
  sandbox_of(L)->array_metatable = lua_topointer(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &key_array_metatable);
}
