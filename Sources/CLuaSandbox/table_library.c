// `table`, with every loop charged. Tables with metatables are used through them, as in Lua.
#include <limits.h>

#include "internal.h"

static int table_insert(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_Integer end = (lua_Integer)((lua_Unsigned)luaL_len(L, 1) + 1), position;
  int arguments = lua_gettop(L);
  if (arguments == 2) {
    position = end;
  } else if (arguments == 3) {
    position = luaL_checkinteger(L, 2);
    luaL_argcheck(L, (lua_Unsigned)position - 1u < (lua_Unsigned)end, 2, "position out of bounds");
    for (lua_Integer i = end; i > position; i--) {
      budget_charge(L, 1);
      lua_geti(L, 1, i - 1);
      lua_seti(L, 1, i);
    }
  } else {
    return luaL_error(L, "wrong number of arguments to 'insert'");
  }
  lua_seti(L, 1, position);
  return 0;
}

static int table_remove(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_Integer size = luaL_len(L, 1), position = luaL_optinteger(L, 2, size);
  if (position != size) {
    luaL_argcheck(L, (lua_Unsigned)position - 1u <= (lua_Unsigned)size, 2, "position out of bounds");
  }
  lua_geti(L, 1, position);
  for (; position < size; position++) {
    budget_charge(L, 1);
    lua_geti(L, 1, position + 1);
    lua_seti(L, 1, position);
  }
  lua_pushnil(L);
  lua_seti(L, 1, position);
  return 1;
}

static void move_one(lua_State *L, lua_Integer from, int target, lua_Integer to) {
  budget_charge(L, 1);
  lua_geti(L, 1, from);
  lua_seti(L, target, to);
}

static int table_move(lua_State *L) {
  lua_Integer first = luaL_checkinteger(L, 2), last = luaL_checkinteger(L, 3), to = luaL_checkinteger(L, 4);
  int target = lua_isnoneornil(L, 5) ? 1 : 5;
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checktype(L, target, LUA_TTABLE);
  if (last >= first) {
    luaL_argcheck(L, first > 0 || last < LUA_MAXINTEGER + first, 3, "too many elements to move");
    lua_Integer count = last - first + 1;
    luaL_argcheck(L, to <= LUA_MAXINTEGER - count + 1, 4, "destination wrap around");
    bool overlaps = to > first && to <= last && (target == 1 || lua_compare(L, 1, target, LUA_OPEQ));
    for (lua_Integer i = 0; i < count; i++) {
      lua_Integer offset = overlaps ? count - 1 - i : i;
      move_one(L, first + offset, target, to + offset);
    }
  }
  lua_pushvalue(L, target);
  return 1;
}

static void add_item(lua_State *L, string_builder *b, lua_Integer i) {
  size_t len;
  lua_geti(L, 1, i);
  if (!lua_isstring(L, -1)) {
    luaL_error(L, "invalid value (%s) at index %I in table for 'concat'", luaL_typename(L, -1), (LUAI_UACINT)i);
  }
  const char *text = lua_tolstring(L, -1, &len);
  budget_charge(L, 1 + len / 64);
  builder_add(b, text, len);
  lua_pop(L, 1);
}

static int table_concat(lua_State *L) {
  size_t separator_len;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_Integer size = luaL_len(L, 1);
  const char *separator = luaL_optlstring(L, 2, "", &separator_len);
  lua_Integer i = luaL_optinteger(L, 3, 1), last = luaL_optinteger(L, 4, size);
  string_builder b;
  builder_start(L, &b);
  for (; i < last; i++) {
    add_item(L, &b, i);
    builder_add(&b, separator, separator_len);
  }
  if (i == last) add_item(L, &b, i);
  builder_push(&b);
  return 1;
}

static int table_pack(lua_State *L) {
  int count = lua_gettop(L);
  budget_charge(L, (uint64_t)count);
  lua_createtable(L, allocator_list_slots((size_t)count), 1);
  lua_insert(L, 1);
  for (int i = count; i >= 1; i--) lua_seti(L, 1, i);
  lua_pushinteger(L, count);
  lua_setfield(L, 1, "n");
  return 1;
}

static int table_unpack(lua_State *L) {
  lua_Integer first = luaL_optinteger(L, 2, 1);
  lua_Integer last = lua_isnoneornil(L, 3) ? luaL_len(L, 1) : luaL_checkinteger(L, 3);
  if (first > last) return 0;
  lua_Unsigned count = (lua_Unsigned)last - (lua_Unsigned)first;
  if (count >= RESULTS_MAX || !lua_checkstack(L, (int)++count)) return luaL_error(L, "too many results to unpack");
  budget_charge(L, count);
  for (; first < last; first++) lua_geti(L, 1, first);
  lua_geti(L, 1, last);
  return (int)count;
}

void table_library_open(lua_State *L, int globals) {
  static const luaL_Reg functions[] = {{"concat", table_concat}, {"insert", table_insert}, {"move", table_move},
                                       {"pack", table_pack},     {"remove", table_remove}, {"sort", sort_table},
                                       {"unpack", table_unpack}, {NULL, NULL}};
  luaL_newlib(L, functions);
  lua_setfield(L, globals, "table");
}
