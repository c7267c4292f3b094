// Calls a script's function with texts that need not be JSON, under the limits of a call.
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const sandbox_limits limits = {60000, UINT64_MAX, 8u << 20, 1u << 20, 512};
static sandbox *sb;
static int handle;

static int call_function(lua_State *L) {
  const fuzz_call *c = lua_touserdata(L, 1);
  size_t len;
  lua_rawgeti(L, LUA_REGISTRYINDEX, handle);
  lua_newtable(L);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &key_environment_metatable);
  lua_setmetatable(L, -2);
  lua_setupvalue(L, 2, 1);
  lua_call(L, 0, 1);
  for (int i = 0; i < c->count; i++) lua_pushlstring(L, c->texts[i].bytes, c->texts[i].len);
  lua_call(L, c->count, 1);
  const char *text = luaL_checklstring(L, -1, &len);
  buffer_append(L, &sandbox_of(L)->out, text, len);
  c->call.result->verdict = SANDBOX_BYTES;
  c->call.result->body.len = len;
  return 0;
}

bool fuzz_run(const char *script, fuzz_call *c, sandbox_result *result) {
  if (sb == NULL || sandbox_is_spent(sb)) {
    sandbox_free(sb);
    sb = sandbox_new(&limits);
    handle = sandbox_compile(sb, "script", script, strlen(script), result);
    if (handle == 0) abort();
  }
  c->call.result = result;
  entry_begin(sb, result);
  entry_finish(sb, entry_enter(sb, call_function, &c->call), result);
  if (result->verdict == SANDBOX_BYTES) return true;
  if (result->fault.code != SANDBOX_RUNTIME) return false;
  printf("the script failed: %.*s\n", (int)result->fault.message.len, result->fault.message.bytes);
  abort();
}
