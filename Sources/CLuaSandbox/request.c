// The first argument of `receive`. Its head is a table from the start; the body and the value that its JSON stands for are read when the
// script asks for them, so that nobody pays for both, and the body is the bytes that came.
#include <string.h>

#include "internal.h"

static bool has_member(lua_State *L, int request, const char *name) {
  lua_pushstring(L, name);
  bool found = lua_rawget(L, request) != LUA_TNIL;
  lua_pop(L, 1);
  return found;
}

static void read_body(lua_State *L, int request) {
  sandbox_text body = sandbox_of(L)->body;
  if (body.bytes == NULL || has_member(L, request, "body")) return;
  lua_pushliteral(L, "body");
  budget_charge(L, body.len / 64);
  lua_pushlstring(L, body.bytes, body.len);
  lua_rawset(L, request);
}

static void read_json(lua_State *L, int request) {
  char problem[128];
  sandbox_text text = sandbox_of(L)->documents[DOCUMENT_BODY];
  if (text.bytes == NULL || has_member(L, request, "json")) return;
  lua_pushliteral(L, "json");
  if (!json_push(L, text, DOCUMENT_BODY, problem, sizeof problem)) fault_raise(L, SANDBOX_RUNTIME, "the body is not JSON: %s", problem);
  lua_rawset(L, request);
}

// Reads what was not read yet; `request` is a table that has the metatable of requests.
void request_read(lua_State *L, int request) {
  luaL_checkstack(L, 8, "request");
  lua_pushnil(L);
  lua_setmetatable(L, request);
  read_body(L, request);
  read_json(L, request);
}

static int read_on_index(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 2);
  const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
  if (strcmp(name, "body") == 0) read_body(L, 1);
  if (strcmp(name, "json") == 0) read_json(L, 1);
  lua_rawget(L, 1);
  return 1;
}

void request_open(lua_State *L) { sandbox_of(L)->request_metatable = context_open_metatable(L, read_on_index, &key_request_metatable); }

// Makes the table on top of the stack a request whose body is still to be read.
void request_mark(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &key_request_metatable);
  lua_setmetatable(L, -2);
}
