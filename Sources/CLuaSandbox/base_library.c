// The global functions that scripts may use. What is not listed here does not exist for them.
#include <ctype.h>
#include <string.h>

#include "internal.h"

static int base_assert(lua_State *L) {
  if (lua_toboolean(L, 1)) return lua_gettop(L);
  luaL_checkany(L, 1);
  lua_remove(L, 1);
  lua_pushliteral(L, "assertion failed!");
  lua_settop(L, 1);
  return lua_error(L);
}

static int base_error(lua_State *L) {
  int level = (int)luaL_optinteger(L, 2, 1);
  lua_settop(L, 1);
  if (lua_type(L, 1) == LUA_TSTRING && level > 0) {
    luaL_where(L, level);
    lua_insert(L, 1);
    lua_concat(L, 2);
  }
  return lua_error(L);
}

// After a protected call: its results, or false and the error. A call that is over is not for the script to catch.
static int finish_pcall(lua_State *L, int status, lua_KContext skip) {
  if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(L) - (int)skip;
  budget_rethrow(L);
  lua_pushboolean(L, 0);
  lua_pushvalue(L, -2);
  return 2;
}

static int base_pcall(lua_State *L) {
  luaL_checkany(L, 1);
  lua_pushboolean(L, 1);
  lua_insert(L, 1);
  return finish_pcall(L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, finish_pcall), 0);
}

// Stands before a script's message handler: hooks are off while an error raised by one is handled, so a handler that ran
// then could not be stopped.
static int guarded_handler(lua_State *L) {
  if (sandbox_of(L)->killed != SANDBOX_OK) return 1;
  lua_settop(L, 1);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, 1, 1);
  return 1;
}

static int base_xpcall(lua_State *L) {
  int arguments = lua_gettop(L);
  luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_pushvalue(L, 2);
  lua_pushcclosure(L, guarded_handler, 1);
  lua_replace(L, 2);
  lua_pushboolean(L, 1);
  lua_pushvalue(L, 1);
  lua_rotate(L, 3, 2);
  return finish_pcall(L, lua_pcallk(L, arguments - 2, LUA_MULTRET, 2, 2, finish_pcall), 2);
}

static int base_select(lua_State *L) {
  int count = lua_gettop(L);
  if (lua_type(L, 1) == LUA_TSTRING && *lua_tostring(L, 1) == '#') {
    lua_pushinteger(L, count - 1);
    return 1;
  }
  lua_Integer i = luaL_checkinteger(L, 1);
  if (i < 0) i = count + i;
  if (i > count) i = count;
  luaL_argcheck(L, i >= 1, 1, "index out of range");
  return count - (int)i;
}

static int digit_value(int c) {
  if (isdigit(c)) return c - '0';
  return isalpha(c) ? toupper(c) - 'A' + 10 : 99;
}

static const char *skip_space(const char *s) { return s + strspn(s, " \f\n\r\t\v"); }

static bool parse_in_base(const char *s, const char *end, int base, lua_Integer *value) {
  lua_Unsigned n = 0;
  s = skip_space(s);
  bool negative = *s == '-';
  if (*s == '-' || *s == '+') s++;
  if (digit_value((unsigned char)*s) >= base) return false;
  for (; digit_value((unsigned char)*s) < base; s++) n = n * (lua_Unsigned)base + (lua_Unsigned)digit_value((unsigned char)*s);
  *value = (lua_Integer)(negative ? 0u - n : n);
  return skip_space(s) == end;
}

static int number_in_base(lua_State *L) {
  size_t len;
  lua_Integer value, base = luaL_checkinteger(L, 2);
  luaL_checktype(L, 1, LUA_TSTRING);
  const char *s = lua_tolstring(L, 1, &len);
  luaL_argcheck(L, base >= 2 && base <= 36, 2, "base out of range");
  if (parse_in_base(s, s + len, (int)base, &value)) {
    lua_pushinteger(L, value);
  } else {
    lua_pushnil(L);
  }
  return 1;
}

static int base_tonumber(lua_State *L) {
  size_t len;
  if (lua_type(L, 1) == LUA_TSTRING) budget_charge(L, 1 + lua_rawlen(L, 1) / 8);
  if (!lua_isnoneornil(L, 2)) return number_in_base(L);
  if (lua_type(L, 1) == LUA_TNUMBER) {
    lua_settop(L, 1);
    return 1;
  }
  const char *s = lua_tolstring(L, 1, &len);
  if (s != NULL && lua_stringtonumber(L, s) == len + 1) return 1;
  luaL_checkany(L, 1);
  lua_pushnil(L);
  return 1;
}

static int base_tostring(lua_State *L) {
  luaL_checkany(L, 1);
  text_push_display(L, 1);
  return 1;
}

static int base_type(lua_State *L) {
  luaL_argcheck(L, lua_type(L, 1) != LUA_TNONE, 1, "value expected");
  lua_pushstring(L, luaL_typename(L, 1));
  return 1;
}

static int ipairs_step(lua_State *L) {
  lua_Integer i = (lua_Integer)((lua_Unsigned)luaL_checkinteger(L, 2) + 1);
  lua_pushinteger(L, i);
  return lua_geti(L, 1, i) == LUA_TNIL ? 1 : 2;
}

static int base_ipairs(lua_State *L) {
  luaL_checkany(L, 1);
  lua_pushcfunction(L, ipairs_step);
  lua_pushvalue(L, 1);
  lua_pushinteger(L, 0);
  return 3;
}

static int base_rawequal(lua_State *L) {
  luaL_checkany(L, 1);
  luaL_checkany(L, 2);
  lua_pushboolean(L, lua_rawequal(L, 1, 2));
  return 1;
}

static int base_rawget(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checkany(L, 2);
  context_force(L, 1);
  lua_settop(L, 2);
  lua_rawget(L, 1);
  return 1;
}

static int base_rawlen(lua_State *L) {
  int type = lua_type(L, 1);
  luaL_argexpected(L, type == LUA_TTABLE || type == LUA_TSTRING, 1, "table or string");
  lua_pushinteger(L, (lua_Integer)lua_rawlen(L, 1));
  return 1;
}

static int base_rawset(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checkany(L, 2);
  luaL_checkany(L, 3);
  if (library_is_frozen(L, 1)) return luaL_error(L, "libraries are read-only");
  context_force(L, 1);
  lua_settop(L, 3);
  lua_rawset(L, 1);
  return 1;
}

// Metatables of values that scripts did not make stay out of their reach.
static int base_getmetatable(lua_State *L) {
  luaL_checkany(L, 1);
  bool has_one = lua_type(L, 1) == LUA_TTABLE && lua_getmetatable(L, 1);
  if (!has_one || lua_topointer(L, -1) == sandbox_of(L)->array_metatable) {
    lua_pushnil(L);
  } else {
    luaL_getmetafield(L, 1, "__metatable");
  }
  return 1;
}

static void refuse_field(lua_State *L, const char *name, const char *why) {
  lua_pushstring(L, name);
  if (lua_rawget(L, 2) != LUA_TNIL) luaL_error(L, "metatables may not have '%s': %s", name, why);
  lua_pop(L, 1);
}

static int base_setmetatable(lua_State *L) {
  int type = lua_type(L, 2);
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
  context_force(L, 1);
  if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) return luaL_error(L, "cannot change a protected metatable");
  if (type == LUA_TTABLE) {
    refuse_field(L, "__gc", "finalizers would run outside the limits of the call");
    refuse_field(L, "__mode", "the collector's work would show");
  }
  if (lua_getmetatable(L, 1) && lua_topointer(L, -1) == sandbox_of(L)->array_metatable) json_mark(L, 1, true);
  lua_settop(L, 2);
  lua_setmetatable(L, 1);
  return 1;
}

static const luaL_Reg allowed[] = {
    {"assert", base_assert},              // raises only
    {"error", base_error},                // raises only
    {"getmetatable", base_getmetatable},  // tables only, and not those of libraries
    {"ipairs", base_ipairs},              // one step per instruction
    {"next", keys_next},                  // ours: in an order that does not depend on addresses
    {"pairs", keys_pairs},                // ours: as `next`
    {"pcall", base_pcall},                // ours: cannot catch the end of the call
    {"rawequal", base_rawequal},          // no side effect
    {"rawget", base_rawget},              // no side effect
    {"rawlen", base_rawlen},              // no side effect
    {"rawset", base_rawset},              // refuses libraries
    {"select", base_select},              // no side effect
    {"setmetatable", base_setmetatable},  // refuses finalizers and weak tables
    {"tonumber", base_tonumber},          // charged by length
    {"tostring", base_tostring},          // shows no addresses
    {"type", base_type},                  // no side effect
    {"xpcall", base_xpcall},              // ours: as `pcall`
    {NULL, NULL}};

// Of any number of arguments, which may be strings that hold numbers.
static int math_max(lua_State *L) {
  string_charge_arguments(L);
  return sandbox_of(L)->borrowed.math_max(L);
}

static int math_min(lua_State *L) {
  string_charge_arguments(L);
  return sandbox_of(L)->borrowed.math_min(L);
}

static void replace_function(lua_State *L, const char *name, lua_CFunction ours, lua_CFunction *theirs) {
  lua_getfield(L, -1, name);
  *theirs = lua_tocfunction(L, -1);
  lua_pop(L, 1);
  lua_pushcfunction(L, ours);
  lua_setfield(L, -2, name);
}

// `math` does one step of arithmetic per call; `random` is left out because the same input must give the same output.
static void open_math(lua_State *L, int globals) {
  static const char *const left_out[] = {"random", "randomseed"};
  luaL_requiref(L, LUA_MATHLIBNAME, luaopen_math, 0);
  for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++) {
    lua_pushnil(L);
    lua_setfield(L, -2, left_out[i]);
  }
  replace_function(L, "max", math_max, &sandbox_of(L)->borrowed.math_max);
  replace_function(L, "min", math_min, &sandbox_of(L)->borrowed.math_min);
  lua_setfield(L, globals, "math");
}

void base_library_open(lua_State *L, int globals) {
  lua_pushvalue(L, globals);
  luaL_setfuncs(L, allowed, 0);
  lua_pop(L, 1);
  open_math(L, globals);
}
