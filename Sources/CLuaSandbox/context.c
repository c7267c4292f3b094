// The second argument of a script's functions. Most scripts never look at it, so its JSON is read when one does.
#include "internal.h"

static void push_document(lua_State *L, int document) {
  char problem[128];
  if (json_push(L, sandbox_of(L)->documents[document], document, problem, sizeof problem)) return;
  fault_raise(L, SANDBOX_RUNTIME, "the context is not JSON: %s", problem);
}

static void copy_members(lua_State *L, int from, int to) {
  lua_pushnil(L);
  while (lua_next(L, from)) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, to);
  }
}

static bool is_unread(lua_State *L, int index) {
  if (!lua_getmetatable(L, index)) return false;
  bool unread = lua_topointer(L, -1) == sandbox_of(L)->context_metatable;
  lua_pop(L, 1);
  return unread;
}

// Fills the context if the table at `index` is one that has not been read yet.
void context_force(lua_State *L, int index) {
  if (!lua_istable(L, index) || !is_unread(L, index)) return;
  sandbox *sb = sandbox_of(L);
  index = lua_absindex(L, index);
  luaL_checkstack(L, 8, "context");
  lua_pushnil(L);
  lua_setmetatable(L, index);
  if (sb->documents[DOCUMENT_CONTEXT].bytes != NULL) {
    push_document(L, DOCUMENT_CONTEXT);
    if (!lua_istable(L, -1)) fault_raise(L, SANDBOX_RUNTIME, "the context is not a JSON object");
    copy_members(L, lua_gettop(L), index);
    lua_pop(L, 1);
  }
  if (sb->documents[DOCUMENT_ORIGINAL].bytes == NULL) return;
  lua_pushliteral(L, "event");
  push_document(L, DOCUMENT_ORIGINAL);
  lua_rawset(L, index);
}

static int read_on_index(lua_State *L) {
  context_force(L, 1);
  lua_settop(L, 2);
  lua_rawget(L, 1);
  return 1;
}

// Makes the metatable of contexts that have not been read.
void context_open(lua_State *L) {
  lua_newtable(L);
  lua_pushcfunction(L, read_on_index);
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  sandbox_of(L)->context_metatable = lua_topointer(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &key_context_metatable);
}

// Pushes the context of this call; `event` is the stack index of the event, which it holds unless the original differs.
void context_push(lua_State *L, int event) {
  lua_createtable(L, 0, 1);
  if (sandbox_of(L)->documents[DOCUMENT_ORIGINAL].bytes == NULL) {
    lua_pushvalue(L, event);
    lua_setfield(L, -2, "event");
  }
  lua_rawgetp(L, LUA_REGISTRYINDEX, &key_context_metatable);
  lua_setmetatable(L, -2);
}
