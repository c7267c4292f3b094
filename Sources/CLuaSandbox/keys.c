// The order of a table's keys. Lua's own depends on addresses and on the time of day; here the same table always gives the
// same order: integers, other numbers, then strings as in the JSON that the table came from, with new ones after it.
#include <string.h>

#include "internal.h"

// Largest key that JavaScript moves to the front of an object.
#define INDEX_MAX 4294967294

bool keys_is_hidden(lua_State *L, int index) { return lua_type(L, index) == LUA_TLIGHTUSERDATA && lua_touserdata(L, index) == &tag_shape; }

static bool parse_index(const char *text, size_t len, lua_Integer *index) {
  if (len == 0 || len > 10 || (text[0] == '0' && len > 1)) return false;
  *index = 0;
  for (size_t i = 0; i < len; i++) {
    if (text[i] < '0' || text[i] > '9') return false;
    *index = *index * 10 + (text[i] - '0');
  }
  return *index <= INDEX_MAX;
}

static table_key key_at(lua_State *L, int index) {
  table_key key = {.kind = KEY_OTHER, .rank = UINT32_MAX};
  switch (lua_type(L, index)) {
    case LUA_TNUMBER:
      key.kind = lua_isinteger(L, index) ? KEY_INTEGER : KEY_FLOAT;
      if (key.kind == KEY_INTEGER) key.as.integer = lua_tointeger(L, index);
      if (key.kind == KEY_FLOAT) key.as.number = lua_tonumber(L, index);
      break;
    case LUA_TSTRING:
      key.text = lua_tolstring(L, index, &key.len);
      key.kind = parse_index(key.text, key.len, &key.as.integer) ? KEY_INDEX : KEY_STRING;
      break;
    case LUA_TBOOLEAN:
      key.kind = KEY_BOOLEAN;
      key.as.integer = lua_toboolean(L, index);
      break;
    default:
      break;
  }
  return key;
}

static int compare_text(const table_key *a, const table_key *b) {
  if (a->rank != b->rank) return a->rank < b->rank ? -1 : 1;
  int order = memcmp(a->text, b->text, a->len < b->len ? a->len : b->len);
  if (order != 0) return order;
  return a->len < b->len ? -1 : a->len > b->len;
}

static int compare(const table_key *a, const table_key *b) {
  if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
  switch (a->kind) {
    case KEY_INTEGER:
    case KEY_INDEX:
    case KEY_BOOLEAN:
      return a->as.integer < b->as.integer ? -1 : a->as.integer > b->as.integer;
    case KEY_FLOAT:
      return a->as.number < b->as.number ? -1 : a->as.number > b->as.number;
    case KEY_STRING:
      return compare_text(a, b);
    case KEY_OTHER:
      return 0;
  }
  return 0;
}

static void insertion_sort(table_key *keys, size_t count) {
  for (size_t i = 1; i < count; i++) {
    table_key key = keys[i];
    size_t j = i;
    for (; j > 0 && compare(&keys[j - 1], &key) > 0; j--) keys[j] = keys[j - 1];
    keys[j] = key;
  }
}

static void merge(const table_key *from, table_key *to, size_t low, size_t middle, size_t high) {
  size_t i = low, j = middle;
  for (size_t k = low; k < high; k++) {
    bool left = i < middle && (j >= high || compare(&from[i], &from[j]) <= 0);
    to[k] = left ? from[i++] : from[j++];
  }
}

#define RUN 16

// Stable, so that keys which have no order of their own keep the one they were found in.
static void sort_keys(lua_State *L, table_key *keys, table_key *spare, size_t count) {
  for (size_t low = 0; low < count; low += RUN) insertion_sort(keys + low, count - low < RUN ? count - low : RUN);
  table_key *from = keys, *to = spare;
  for (size_t width = RUN; width < count; width *= 2) {
    budget_charge(L, count);
    for (size_t low = 0; low < count; low += 2 * width) {
      size_t middle = low + width < count ? low + width : count, high = low + 2 * width < count ? low + 2 * width : count;
      merge(from, to, low, middle, high);
    }
    table_key *other = from;
    from = to;
    to = other;
  }
  if (from != keys) memcpy(keys, from, count * sizeof *keys);
}

static size_t count_keys(lua_State *L, int table) {
  size_t count = 0;
  lua_pushnil(L);
  while (lua_next(L, table)) {
    lua_pop(L, 1);
    if (!keys_is_hidden(L, -1)) count++;
  }
  return count;
}

// Pushes a table that maps each key of the JSON text to the place of its value there, or nil when there is no such text.
static void push_ranks(lua_State *L, int table) {
  key_walker walker;
  if (!key_walker_start(L, table, &walker)) {
    lua_pushnil(L);
    return;
  }
  lua_newtable(L);
  while (key_walker_push_next(L, &walker)) {
    lua_pushvalue(L, -1);
    if (lua_rawget(L, -3) != LUA_TNIL) {
      lua_pop(L, 2);
      continue;
    }
    lua_pop(L, 1);
    lua_pushinteger(L, walker.value - walker.start);
    lua_rawset(L, -3);
  }
}

static void set_rank(lua_State *L, int ranks, int key_index, table_key *key) {
  if ((key->kind != KEY_STRING && key->kind != KEY_INDEX) || lua_isnil(L, ranks)) return;
  lua_pushvalue(L, key_index);
  if (lua_rawget(L, ranks) == LUA_TNUMBER) key->rank = (uint32_t)lua_tointeger(L, -1);
  lua_pop(L, 1);
}

// Pushes a block with the table's keys in order and returns it. Texts point into strings that the table holds.
table_key *keys_push_sorted(lua_State *L, int table, size_t *count) {
  luaL_checkstack(L, 8, "table keys");
  table = lua_absindex(L, table);
  *count = count_keys(L, table);
  budget_charge(L, *count);
  table_key *keys = lua_newuserdatauv(L, (*count + 1) * sizeof *keys * (*count > RUN ? 2 : 1), 0);
  push_ranks(L, table);
  int ranks = lua_gettop(L);
  size_t i = 0;
  lua_pushnil(L);
  while (lua_next(L, table)) {
    lua_pop(L, 1);
    if (keys_is_hidden(L, -1)) continue;
    keys[i] = key_at(L, -1);
    set_rank(L, ranks, lua_gettop(L), &keys[i++]);
  }
  lua_pop(L, 1);
  sort_keys(L, keys, keys + *count, *count);
  return keys;
}

static void append_others(lua_State *L, int table, int list, lua_Integer position) {
  lua_pushnil(L);
  while (lua_next(L, table)) {
    lua_pop(L, 1);
    if (keys_is_hidden(L, -1) || key_at(L, -1).kind != KEY_OTHER) continue;
    lua_pushvalue(L, -1);
    lua_rawseti(L, list, ++position);
  }
}

static bool push_key(lua_State *L, const table_key *key) {
  switch (key->kind) {
    case KEY_INTEGER:
      lua_pushinteger(L, key->as.integer);
      return true;
    case KEY_FLOAT:
      lua_pushnumber(L, key->as.number);
      return true;
    case KEY_INDEX:
    case KEY_STRING:
      lua_pushlstring(L, key->text, key->len);
      return true;
    case KEY_BOOLEAN:
      lua_pushboolean(L, (int)key->as.integer);
      return true;
    case KEY_OTHER:
      return false;
  }
  return false;
}

// Pushes a list of the table's keys in order.
static void push_key_list(lua_State *L, int table) {
  size_t count;
  table_key *keys = keys_push_sorted(L, table, &count);
  lua_createtable(L, allocator_list_slots(count), 0);
  int list = lua_gettop(L);
  for (size_t i = 0; i < count; i++) {
    if (!push_key(L, &keys[i])) {
      append_others(L, table, list, (lua_Integer)i);
      break;
    }
    lua_rawseti(L, list, (lua_Integer)i + 1);
  }
  lua_remove(L, -2);
}

// Iterator of `pairs`: upvalues are the list of keys (nil: the keys are 1 to n), the position, and n.
static int pairs_step(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  bool sequence = lua_isnil(L, lua_upvalueindex(1));
  lua_Integer position = lua_tointeger(L, lua_upvalueindex(2)), count = lua_tointeger(L, lua_upvalueindex(3));
  lua_settop(L, 1);
  while (position < count) {
    position++;
    if (sequence) {
      lua_pushinteger(L, position);
    } else {
      lua_rawgeti(L, lua_upvalueindex(1), position);
    }
    lua_pushvalue(L, 2);
    if (lua_rawget(L, 1) != LUA_TNIL) {
      lua_pushinteger(L, position);
      lua_replace(L, lua_upvalueindex(2));
      return 2;
    }
    lua_settop(L, 1);
    budget_charge(L, 1);
  }
  lua_pushnil(L);
  return 1;
}

static bool is_sequence(lua_State *L, int table, lua_Integer n) {
  lua_Integer count = 0;
  lua_pushnil(L);
  while (lua_next(L, table)) {
    lua_pop(L, 1);
    if (++count <= n && lua_isinteger(L, -1)) continue;
    lua_pop(L, 1);
    return false;
  }
  return count == n;
}

// `pairs(t)`: a walk over the keys that the table has now, in order; values are read as the walk goes.
int keys_pairs(lua_State *L) {
  luaL_checkany(L, 1);
  if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
    lua_pushvalue(L, 1);
    lua_call(L, 1, 3);
    return 3;
  }
  luaL_checktype(L, 1, LUA_TTABLE);
  context_force(L, 1);
  lua_Integer count = (lua_Integer)lua_rawlen(L, 1);
  budget_charge(L, (uint64_t)count);
  if (count > 0 && is_sequence(L, 1, count)) {
    lua_pushnil(L);
  } else {
    push_key_list(L, 1);
    count = (lua_Integer)lua_rawlen(L, -1);
  }
  lua_pushinteger(L, 0);
  lua_pushinteger(L, count);
  lua_pushcclosure(L, pairs_step, 3);
  lua_pushvalue(L, 1);
  lua_pushnil(L);
  return 3;
}

// Pushes the list that `next` walks through: the last one again while the same walk goes on.
static void push_next_list(lua_State *L, bool *found) {
  sandbox *sb = sandbox_of(L);
  *found = false;
  if (!lua_isnil(L, 2) && lua_rawgetp(L, LUA_REGISTRYINDEX, &key_next_table) == LUA_TTABLE && lua_rawequal(L, -1, 1)) {
    lua_pop(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &key_next_keys);
    lua_rawgeti(L, -1, sb->next_position);
    *found = lua_rawequal(L, -1, 2);
    lua_pop(L, 1);
    if (*found) return;
  }
  lua_settop(L, 2);
  push_key_list(L, 1);
  lua_pushvalue(L, 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &key_next_table);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &key_next_keys);
  sb->next_position = 0;
}

static bool seek(lua_State *L, int list, lua_Integer count) {
  sandbox *sb = sandbox_of(L);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, list, i);
    bool equal = lua_rawequal(L, -1, 2);
    lua_pop(L, 1);
    if (!equal) continue;
    sb->next_position = i;
    return true;
  }
  return false;
}

// `next(t, k)`: the key after `k` in the order of `pairs`.
int keys_next(lua_State *L) {
  sandbox *sb = sandbox_of(L);
  bool found;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 2);
  context_force(L, 1);
  push_next_list(L, &found);
  int list = lua_gettop(L);
  lua_Integer count = (lua_Integer)lua_rawlen(L, list);
  if (!found && !lua_isnil(L, 2)) {
    budget_charge(L, (uint64_t)count);
    if (!seek(L, list, count)) return luaL_error(L, "invalid key to 'next'");
  }
  while (sb->next_position < count) {
    lua_rawgeti(L, list, ++sb->next_position);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, 1) != LUA_TNIL) return 2;
    lua_settop(L, list);
    budget_charge(L, 1);
  }
  lua_pushnil(L);
  return 1;
}
