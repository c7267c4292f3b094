// `table.sort`: a merge sort, so that equal items keep their order, the same input always gives the same output, and an order
// function that contradicts itself can do no harm.
#include "internal.h"

// Stack of `sort_table`: the caller's table, the order function (or nil), and two lists that are merged to and fro.
enum { TARGET = 1, ORDER = 2, FROM = 3, TO = 4 };

static void charge_comparison(lua_State *L, int a, int b) {
  if (lua_type(L, a) != LUA_TSTRING || lua_type(L, b) != LUA_TSTRING) return;
  size_t a_len = lua_rawlen(L, a), b_len = lua_rawlen(L, b);
  budget_charge(L, 1 + (a_len < b_len ? a_len : b_len) / 64);
}

static bool is_less(lua_State *L, int a, int b) {
  if (lua_isnil(L, ORDER)) {
    charge_comparison(L, a, b);
    return lua_compare(L, a, b, LUA_OPLT);
  }
  lua_pushvalue(L, ORDER);
  lua_pushvalue(L, a);
  lua_pushvalue(L, b);
  lua_call(L, 2, 1);
  bool less = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return less;
}

// Merges [low, middle) and [middle, high) of FROM into TO.
static void merge(lua_State *L, lua_Integer low, lua_Integer middle, lua_Integer high) {
  lua_Integer i = low, j = middle;
  int top = lua_gettop(L);
  for (lua_Integer k = low; k < high; k++) {
    budget_charge(L, 2);
    bool right = i >= middle;
    if (i < middle && j < high) {
      lua_rawgeti(L, FROM, i);
      lua_rawgeti(L, FROM, j);
      right = is_less(L, top + 2, top + 1);
      lua_settop(L, top);
    }
    lua_rawgeti(L, FROM, right ? j : i);
    lua_rawseti(L, TO, k);
    if (right) {
      j++;
    } else {
      i++;
    }
  }
}

static lua_Integer least(lua_Integer a, lua_Integer b) { return a < b ? a : b; }

static void merge_all(lua_State *L, lua_Integer count) {
  for (lua_Integer width = 1; width < count; width *= 2) {
    for (lua_Integer low = 1; low <= count; low += 2 * width) {
      merge(L, low, least(low + width, count + 1), least(low + 2 * width, count + 1));
    }
    lua_pushvalue(L, FROM);
    lua_copy(L, TO, FROM);
    lua_replace(L, TO);
  }
}

int sort_table(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_Integer count = luaL_len(L, 1);
  if (!lua_isnoneornil(L, 2)) luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_settop(L, 2);
  if (count < 2) return 0;
  luaL_argcheck(L, count < INT32_MAX, 1, "array too big");
  budget_charge(L, (uint64_t)count);
  lua_createtable(L, allocator_list_slots((size_t)count), 0);
  lua_createtable(L, allocator_list_slots((size_t)count), 0);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_geti(L, TARGET, i);
    lua_rawseti(L, FROM, i);
  }
  merge_all(L, count);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, FROM, i);
    lua_seti(L, TARGET, i);
  }
  return 0;
}
