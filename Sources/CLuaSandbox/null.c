// Tells what a script did to `json.null` in words of its own: Lua only knows that it is a userdata.
#include "internal.h"

// Whether the value at `index` is nil or `json.null`.
bool null_is(lua_State *L, int index) {
  return lua_isnil(L, index) || (lua_type(L, index) == LUA_TLIGHTUSERDATA && lua_touserdata(L, index) == &tag_null);
}

// Upvalue 1 is what the script tried.
static int refuse(lua_State *L) { return luaL_error(L, "attempt to %s json.null", lua_tostring(L, lua_upvalueindex(1))); }

static int refuse_key(lua_State *L) {
  if (lua_type(L, 2) == LUA_TSTRING) return luaL_error(L, "attempt to index json.null (key '%s')", lua_tostring(L, 2));
  return luaL_error(L, "attempt to index json.null");
}

static const struct {
  const char *event, *what;
} refused[] = {
    {"__call", "call"},                   {"__len", "get the length of"},       {"__concat", "concatenate"},
    {"__lt", "compare"},                  {"__le", "compare"},                  {"__unm", "perform arithmetic on"},
    {"__add", "perform arithmetic on"},   {"__sub", "perform arithmetic on"},   {"__mul", "perform arithmetic on"},
    {"__div", "perform arithmetic on"},   {"__mod", "perform arithmetic on"},   {"__pow", "perform arithmetic on"},
    {"__idiv", "perform arithmetic on"},  {"__band", "perform arithmetic on"},  {"__bor", "perform arithmetic on"},
    {"__bxor", "perform arithmetic on"},  {"__bnot", "perform arithmetic on"},  {"__shl", "perform arithmetic on"},
    {"__shr", "perform arithmetic on"},
};

// All light userdata share a metatable; `json.null` is the only one that scripts ever see.
void null_open(lua_State *L) {
  lua_pushlightuserdata(L, (void *)&tag_null);
  lua_newtable(L);
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    lua_pushstring(L, refused[i].what);
    lua_pushcclosure(L, refuse, 1);
    lua_setfield(L, -2, refused[i].event);
  }
  lua_pushcfunction(L, refuse_key);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, refuse_key);
  lua_setfield(L, -2, "__newindex");
  lua_pushliteral(L, "null");
  lua_setfield(L, -2, "__name");
  lua_setmetatable(L, -2);
  lua_pop(L, 1);
}
