// Judges the arguments of host functions, for those written in C and, as `host.text` and so on, for those written in Lua.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "native.h"

// Functions of the host library carry no line numbers, so the first function on the stack that has one is the script's.
static void push_place(lua_State *L) {
  lua_Debug ar;
  for (int level = 1; lua_getstack(L, level, &ar); level++) {
    lua_getinfo(L, "Sl", &ar);
    if (ar.currentline <= 0) continue;
    lua_pushfstring(L, "%s:%d: ", ar.short_src, ar.currentline);
    return;
  }
  lua_pushliteral(L, "");
}

_Noreturn void native_fail(lua_State *L, const char *format, ...) {
  luaL_checkstack(L, 8, "error");
  push_place(L);
  va_list arguments;
  va_start(arguments, format);
  lua_pushvfstring(L, format, arguments);
  va_end(arguments);
  lua_concat(L, 2);
  lua_error(L);
  __builtin_unreachable();
}

// Says what a value is: its kind, or the number itself, which is the kind that was asked for but not in range.
static void push_description(lua_State *L, int index) {
  int type = lua_type(L, index);
  if (type == LUA_TNUMBER && !lua_rawequal(L, index, index)) {
    lua_pushliteral(L, "NaN");
  } else if (type == LUA_TNUMBER) {
    lua_pushvalue(L, index);
    lua_tolstring(L, -1, NULL);
  } else if (type == LUA_TNIL || type == LUA_TNONE) {
    lua_pushliteral(L, "nil");
  } else if (type == LUA_TLIGHTUSERDATA && lua_touserdata(L, index) == &tag_null) {
    lua_pushliteral(L, "null");
  } else {
    lua_pushfstring(L, "a %s", luaL_typename(L, index));
  }
}

_Noreturn void native_refuse(lua_State *L, int index, const char *function, const char *parameter, const char *expected) {
  luaL_checkstack(L, 8, "error");
  push_description(L, index);
  native_fail(L, "%s: %s must be %s, not %s", function, parameter, expected, lua_tostring(L, -1));
}

const char *native_text(lua_State *L, int index, const char *function, const char *parameter, size_t *len) {
  if (!lua_isstring(L, index)) native_refuse(L, index, function, parameter, "a string");
  return lua_tolstring(L, index, len);
}

// Arguments of all that follow: the function's name, the parameter's name, the value.
enum { FUNCTION = 1, PARAMETER, VALUE, EXTRA };

static int check_text(lua_State *L) {
  native_text(L, VALUE, lua_tostring(L, FUNCTION), lua_tostring(L, PARAMETER), NULL);
  lua_settop(L, VALUE);
  return 1;
}

static int check_table(lua_State *L) {
  if (!lua_istable(L, VALUE)) native_refuse(L, VALUE, lua_tostring(L, FUNCTION), lua_tostring(L, PARAMETER), "a table");
  lua_settop(L, VALUE);
  return 1;
}

// `host.integer(function, parameter, value, least)`
static int check_integer(lua_State *L) {
  char expected[48];
  int is_integer;
  lua_Integer value = lua_tointegerx(L, VALUE, &is_integer), least = lua_tointeger(L, EXTRA);
  if (lua_type(L, VALUE) != LUA_TNUMBER || !is_integer || value < least) {
    snprintf(expected, sizeof expected, "an integer of %lld or more", (long long)least);
    native_refuse(L, VALUE, lua_tostring(L, FUNCTION), lua_tostring(L, PARAMETER), expected);
  }
  lua_pushinteger(L, value);
  return 1;
}

// `host.refuse(function, parameter, value, expected)`
static int refuse(lua_State *L) {
  native_refuse(L, VALUE, lua_tostring(L, FUNCTION), lua_tostring(L, PARAMETER), lua_tostring(L, EXTRA));
}

// `host.fail(message)`
static int fail(lua_State *L) {
  native_fail(L, "%s", lua_tostring(L, 1));
}

// `host.shape(t)`: "array" or "object" where that is known of a table, else nil: a table without items that a script made.
static int shape(lua_State *L) {
  const char *name = lua_rawlen(L, 1) > 0 ? "array" : NULL;
  if (name == NULL && lua_getmetatable(L, 1)) {
    if (lua_topointer(L, -1) == sandbox_of(L)->array_metatable) name = "array";
    lua_pop(L, 1);
  }
  if (name == NULL) {
    int type = lua_rawgetp(L, 1, &tag_shape);
    name = type == LUA_TNUMBER ? "object" : type == LUA_TBOOLEAN ? "array" : NULL;
  }
  lua_pushstring(L, name);
  return 1;
}

void native_check_open(lua_State *L) {
  static const luaL_Reg functions[] = {{"fail", fail},   {"integer", check_integer}, {"refuse", refuse}, {"shape", shape},
                                       {"table", check_table}, {"text", check_text}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
