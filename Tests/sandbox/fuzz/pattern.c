// Fuzzes the pattern matcher. Whatever it does within the limits, Lua's own must do too. The input is subject, pattern and replacement,
// each ended by the byte 0xFF.
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Errors count by their words: where they are differs.
static const char script[] =
    "return function(s, p, r)\n"
    "  local out = {}\n"
    "  local function show(v) return type(v) == 'string' and string.format('%q', v) or tostring(v) end\n"
    "  local function try(f, ...)\n"
    "    local results = table.pack(pcall(f, ...))\n"
    "    if results[1] == false and type(results[2]) == 'string' then\n"
    "      results[2] = results[2]:gsub('^[^:]*:%d+: ', ''):gsub(\"#%d to '[^']*'\", '')\n"
    "    end\n"
    "    for i = 1, results.n do out[#out + 1] = show(results[i]) end\n"
    "  end\n"
    "  try(string.find, s, p) try(string.find, s, p, 2, true) try(string.match, s, p, -3) try(string.gsub, s, p, r)\n"
    "  try(string.gsub, s, p, { a = 'A', [''] = 'e' }, 3) try(string.gsub, s, p, function(a, b) return b end)\n"
    "  try(function() for a, b in s:gmatch(p) do out[#out + 1] = show(a) .. show(b) end end)\n"
    "  try(function() for a in s:gmatch(p, 3) do out[#out + 1] = show(a) end end)\n"
    "  return table.concat(out, '\\n')\n"
    "end\n";

static lua_State *plain;

static int load_plain(lua_State *L) {
  luaL_openlibs(L);
  if (luaL_loadstring(L, script) != LUA_OK) return lua_error(L);
  lua_call(L, 0, 1);
  lua_setfield(L, LUA_REGISTRYINDEX, "function");
  return 0;
}

static int call_plain(lua_State *L) {
  const fuzz_call *c = lua_touserdata(L, 1);
  lua_getfield(L, LUA_REGISTRYINDEX, "function");
  for (int i = 0; i < c->count; i++) lua_pushlstring(L, c->texts[i].bytes, c->texts[i].len);
  lua_call(L, c->count, 1);
  return 1;
}

static void compare(const fuzz_call *c, const sandbox_result *ours) {
  size_t len;
  if (plain == NULL) {
    plain = luaL_newstate();
    lua_pushcfunction(plain, load_plain);
    if (lua_pcall(plain, 0, 0, 0) != LUA_OK) abort();
  }
  lua_pushcfunction(plain, call_plain);
  lua_pushlightuserdata(plain, (void *)c);
  if (lua_pcall(plain, 1, 1, 0) != LUA_OK) abort();
  const char *theirs = lua_tolstring(plain, -1, &len);
  if (len != ours->body.len || memcmp(theirs, ours->body.bytes, len) != 0) {
    printf("ours:\n%.*s\nLua's own:\n%.*s\n", (int)ours->body.len, ours->body.bytes, (int)len, theirs);
    abort();
  }
  lua_settop(plain, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  sandbox_result result;
  fuzz_call c = {.count = FUZZ_TEXTS_MAX};
  const uint8_t *end = data + size;
  for (int i = 0; i < FUZZ_TEXTS_MAX; i++) {
    const uint8_t *stop = data < end ? memchr(data, 0xFF, (size_t)(end - data)) : NULL;
    if (stop == NULL) stop = end;
    c.texts[i] = (sandbox_text){(const char *)data, (size_t)(stop - data)};
    data = stop < end ? stop + 1 : end;
  }
  if (fuzz_run(script, &c, &result)) compare(&c, &result);
  return 0;
}
