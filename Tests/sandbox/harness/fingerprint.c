// Looks at everything that the interpreter can still reach. Objects never move, so an address tells them apart.
#include "harness.h"
#include "internal.h"

// Stack of the walk: the set of objects seen, then the list of those whose contents were not looked at yet.
enum { SEEN = 1, WAITING };

static uint64_t mix(uint64_t a, uint64_t b) {
  uint64_t x = (a ^ (b + 0x9E3779B97F4A7C15u + (a << 6) + (a >> 2))) * 0xFF51AFD7ED558CCDu;
  return x ^ x >> 32;
}

static uint64_t hash_bytes(const char *bytes, size_t len) {
  uint64_t hash = len;
  for (size_t i = 0; i < len; i++) hash = mix(hash, (unsigned char)bytes[i]);
  return hash;
}

// What the value on top of the stack is; objects that were not met before are put on the list. Pops it.
static uint64_t take(lua_State *L) {
  size_t len;
  int type = lua_type(L, -1);
  uint64_t hash = mix((uint64_t)type, (uintptr_t)lua_topointer(L, -1));
  if (type == LUA_TSTRING) {
    const char *bytes = lua_tolstring(L, -1, &len);
    hash = mix((uint64_t)type, hash_bytes(bytes, len));
  } else if (type == LUA_TNUMBER) {
    lua_Number number = lua_tonumber(L, -1);
    hash = mix((uint64_t)type, hash_bytes((const char *)&number, sizeof number));
  } else if (type == LUA_TBOOLEAN) {
    hash = mix((uint64_t)type, (uint64_t)lua_toboolean(L, -1));
  } else if (type == LUA_TTABLE || type == LUA_TFUNCTION || type == LUA_TUSERDATA || type == LUA_TTHREAD) {
    lua_pushvalue(L, -1);
    if (lua_rawget(L, SEEN) == LUA_TNIL) {
      lua_pushvalue(L, -2);
      lua_pushboolean(L, 1);
      lua_rawset(L, SEEN);
      lua_pushvalue(L, -2);
      lua_rawseti(L, WAITING, (lua_Integer)lua_rawlen(L, WAITING) + 1);
    }
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return hash;
}

// Members count in any order.
static uint64_t table_contents(lua_State *L, int table) {
  uint64_t sum = 0;
  lua_pushnil(L);
  while (lua_next(L, table)) {
    uint64_t value = take(L);
    lua_pushvalue(L, -1);
    sum += mix(take(L), value);
  }
  return sum;
}

static uint64_t upvalues(lua_State *L, int function) {
  uint64_t hash = 0;
  for (int i = 1; lua_getupvalue(L, function, i) != NULL; i++) hash = mix(hash, take(L));
  return hash;
}

static uint64_t user_values(lua_State *L, int userdata) {
  uint64_t hash = 0;
  for (int i = 1; lua_getiuservalue(L, userdata, i) != LUA_TNONE; i++) hash = mix(hash, take(L));
  lua_pop(L, 1);
  return hash;
}

static uint64_t contents(lua_State *L, int object) {
  uint64_t hash = (uintptr_t)lua_topointer(L, object);
  if (lua_getmetatable(L, object)) hash = mix(hash, take(L));
  if (lua_istable(L, object)) hash = mix(hash, table_contents(L, object));
  if (lua_isfunction(L, object)) hash = mix(hash, upvalues(L, object));
  if (lua_type(L, object) == LUA_TUSERDATA) hash = mix(hash, user_values(L, object));
  return hash;
}

// The metatables that all values of a type share.
static uint64_t shared_metatables(lua_State *L) {
  uint64_t hash = 0;
  lua_pushnil(L);
  lua_pushboolean(L, 1);
  lua_pushinteger(L, 1);
  lua_pushliteral(L, "");
  lua_pushlightuserdata(L, NULL);
  lua_pushcfunction(L, lua_error);
  lua_pushthread(L);
  for (int n = 7; n > 0; n--) {
    if (lua_getmetatable(L, -1)) hash = mix(hash, take(L));
    hash = mix(hash, (uint64_t)n);
    lua_pop(L, 1);
  }
  return hash;
}

static int walk(lua_State *L) {
  uint64_t *out = lua_touserdata(L, 1), hash, count = 0;
  lua_settop(L, 0);
  lua_newtable(L);
  lua_newtable(L);
  hash = shared_metatables(L);
  lua_pushvalue(L, LUA_REGISTRYINDEX);
  take(L);
  for (lua_Integer last; (last = (lua_Integer)lua_rawlen(L, WAITING)) > 0; count++) {
    lua_rawgeti(L, WAITING, last);
    lua_pushnil(L);
    lua_rawseti(L, WAITING, last);
    hash += contents(L, lua_gettop(L));
    lua_pop(L, 1);
  }
  *out = mix(hash, count);
  return 0;
}

uint64_t fingerprint(sandbox *sb) {
  uint64_t hash = 0;
  lua_pushcfunction(sb->L, walk);
  lua_pushlightuserdata(sb->L, &hash);
  if (lua_pcall(sb->L, 1, 0, 0) != LUA_OK) {
    printf("FAIL fingerprint: %s\n", lua_tostring(sb->L, -1));
    exit(2);
  }
  lua_gc(sb->L, LUA_GCCOLLECT);
  return hash;
}
