// `require` of plugins. A plugin's modules are compiled with it and run, on the first `require` of a call, in that call's
// environment; what they return is kept for the rest of the call and no longer.
#include "internal.h"

// A plugin is a table: [1] is its script, each module's function stands under its name.

// Upvalues of `require`; one is made for each call.
#define PLUGIN lua_upvalueindex(1)
#define ENVIRONMENT lua_upvalueindex(2)
#define LOADED lua_upvalueindex(3)  // Values by name; at 1, 2 ... the names of those that are being loaded. Nil until it is needed.

static const char key_loaded_metatable, tag_loading;

static bool is_loading(lua_State *L, int index) {
  return lua_type(L, index) == LUA_TLIGHTUSERDATA && lua_touserdata(L, index) == &tag_loading;
}

// Runs whether the module at the end of the list was loaded or failed; a script that catches the error may try again.
static int stop_loading(lua_State *L) {
  lua_Integer last = (lua_Integer)lua_rawlen(L, 1);
  lua_settop(L, 1);
  lua_rawgeti(L, 1, last);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, 1) != LUA_TNIL && is_loading(L, 3)) {
    lua_pushvalue(L, 2);
    lua_pushnil(L);
    lua_rawset(L, 1);
  }
  lua_pushnil(L);
  lua_rawseti(L, 1, last);
  return 0;
}

void modules_open(lua_State *L) {
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, stop_loading);
  lua_setfield(L, -2, "__close");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &key_loaded_metatable);
}

static void push_loaded(lua_State *L) {
  lua_pushvalue(L, LOADED);
  if (!lua_isnil(L, -1)) return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &key_loaded_metatable);
  lua_setmetatable(L, -2);
  lua_pushvalue(L, -1);
  lua_replace(L, LOADED);
}

// Tells which modules wait for each other: those that are being loaded, from the one that is asked for again.
static int raise_cycle(lua_State *L, int name, int loaded) {
  size_t len;
  string_builder b;
  lua_Integer last = (lua_Integer)lua_rawlen(L, loaded);
  bool in_cycle = false;
  builder_start(L, &b);
  for (lua_Integer i = 1; i <= last; i++) {
    lua_rawgeti(L, loaded, i);
    in_cycle = in_cycle || lua_rawequal(L, -1, name);
    const char *text = lua_tolstring(L, -1, &len);
    if (in_cycle) builder_add(&b, text, len);
    if (in_cycle) builder_add(&b, " -> ", 4);
    lua_pop(L, 1);
  }
  builder_push(&b);
  return luaL_error(L, "modules require each other: %s%s", lua_tostring(L, -1), lua_tostring(L, name));
}

// Runs the module whose function is on top of the stack, and leaves its value there.
static void load(lua_State *L, int name, int loaded) {
  int function = lua_gettop(L);
  lua_pushvalue(L, name);
  lua_rawseti(L, loaded, (lua_Integer)lua_rawlen(L, loaded) + 1);
  lua_pushvalue(L, name);
  lua_pushlightuserdata(L, (void *)&tag_loading);
  lua_rawset(L, loaded);
  lua_pushvalue(L, loaded);
  lua_toclose(L, -1);
  lua_pushvalue(L, ENVIRONMENT);
  lua_setupvalue(L, function, 1);
  lua_pushvalue(L, function);
  lua_pushvalue(L, name);
  lua_call(L, 1, 1);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    lua_pushboolean(L, 1);
  }
  lua_pushvalue(L, name);
  lua_pushvalue(L, -2);
  lua_rawset(L, loaded);
}

// `require(name)`: the value of a module of the plugin; `true` when the module returns none.
static int require(lua_State *L) {
  enum { NAME = 1, VALUES };
  luaL_checktype(L, NAME, LUA_TSTRING);
  lua_settop(L, NAME);
  budget_charge(L, 1 + lua_rawlen(L, NAME) / 16);
  push_loaded(L);
  lua_pushvalue(L, NAME);
  if (lua_rawget(L, VALUES) != LUA_TNIL) return is_loading(L, -1) ? raise_cycle(L, NAME, VALUES) : 1;
  lua_pushvalue(L, NAME);
  if (lua_rawget(L, PLUGIN) != LUA_TFUNCTION) {
    return luaL_error(L, "module '%s' not found: a plugin loads modules of its own folder and of 'lib'", lua_tostring(L, NAME));
  }
  load(L, NAME, VALUES);
  return 1;
}

// Gives an environment the `require` of the plugin.
void modules_offer(lua_State *L, int plugin, int environment) {
  lua_pushliteral(L, "require");
  lua_pushvalue(L, plugin);
  lua_pushvalue(L, environment);
  lua_pushnil(L);
  lua_pushcclosure(L, require, 3);
  lua_rawset(L, environment);
}

// Takes the environment of the last call from a plugin's functions. Cannot raise.
void modules_drop_environment(lua_State *L, int plugin) {
  lua_pushnil(L);
  while (lua_next(L, plugin)) {
    lua_pushnil(L);
    lua_setupvalue(L, -2, 1);
    lua_pop(L, 1);
  }
}
