// Puts the libraries together and makes them read-only: what one call does to its world, no other call sees.
#include "native.h"

const char key_environment_metatable, key_array_metatable, key_context_metatable, key_context_event_metatable, key_request_metatable,
    key_next_table, key_next_keys;
const char tag_null, tag_shape, tag_frozen, tag_fault;

// Stack index, while libraries are put together, of the table of libraries by name.
enum { LOADED = 1 };

static int refuse_write(lua_State *L) {
  native_fail(L, "libraries are read-only: '%s' cannot be set", lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "field");
}

// Replaces the library `name` by an empty table that reads from it and cannot be written.
void library_freeze(lua_State *L, int globals, const char *name) {
  lua_newtable(L);
  lua_createtable(L, 0, 4);
  lua_getfield(L, globals, name);
  lua_pushvalue(L, -1);
  lua_setfield(L, LOADED, name);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, refuse_write);
  lua_setfield(L, -2, "__newindex");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pushboolean(L, 1);
  lua_rawsetp(L, -2, &tag_frozen);
  lua_setmetatable(L, -2);
  lua_setfield(L, globals, name);
}

bool library_is_frozen(lua_State *L, int index) {
  if (!lua_getmetatable(L, index)) return false;
  lua_rawgetp(L, -1, &tag_frozen);
  bool frozen = lua_toboolean(L, -1);
  lua_pop(L, 2);
  return frozen;
}

// Environments of calls are empty tables that read from the globals.
static void keep_environment_metatable(lua_State *L, int globals) {
  lua_createtable(L, 0, 2);
  lua_pushvalue(L, globals);
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &key_environment_metatable);
}

// Lua looks here for the names of functions when it reports a bad argument. Scripts cannot reach it.
static void keep_names(lua_State *L, int globals) {
  lua_pushvalue(L, globals);
  lua_setfield(L, LOADED, LUA_GNAME);
  lua_pushvalue(L, LOADED);
  lua_setfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
}

void library_open_all(lua_State *L) {
  static const char *const libraries[] = {"base64", "coroutine", "crypto",   "form", "hex",  "json", "log", "math", "path",
                                          "string", "table",     "template", "text", "time", "url",  "utf8"};
  lua_settop(L, 0);
  lua_newtable(L);  // LOADED
  lua_newtable(L);
  int globals = lua_gettop(L);
  base_library_open(L, globals);
  coroutine_library_open(L, globals);
  string_library_open(L, globals);
  table_library_open(L, globals);
  json_library_open(L, globals);
  host_library_open(L, globals);
  context_open(L);
  request_open(L);
  for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) library_freeze(L, globals, libraries[i]);
  keep_environment_metatable(L, globals);
  keep_names(L, globals);
  lua_settop(L, 0);
}
