// The second argument of a script's functions. Most scripts never look at it, so its JSON is read when one does.
#include <string.h>

#include "internal.h"

static void push_document(lua_State *L, int document) {
  char problem[128];
  if (json_push(L, sandbox_of(L)->documents[document], document, problem, sizeof problem)) return;
  fault_raise(L, SANDBOX_RUNTIME, "the context is not JSON: %s", problem);
}

// Sets members that the script has not set itself; whatever it did before it read the context stays.
static void copy_members(lua_State *L, int from, int to) {
  lua_pushnil(L);
  while (lua_next(L, from)) {
    lua_pushvalue(L, -2);
    bool is_free = lua_rawget(L, to) == LUA_TNIL;
    lua_pop(L, 1);
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    if (is_free) {
      lua_rawset(L, to);
    } else {
      lua_pop(L, 2);
    }
  }
}

enum { CONTEXT_READ, CONTEXT_EVENT_UNREAD, CONTEXT_UNREAD, REQUEST_UNREAD };

static int state_of(lua_State *L, int index) {
  const sandbox *sb = sandbox_of(L);
  if (!lua_getmetatable(L, index)) return CONTEXT_READ;
  const void *metatable = lua_topointer(L, -1);
  lua_pop(L, 1);
  if (metatable == sb->context_metatable) return CONTEXT_UNREAD;
  if (metatable == sb->request_metatable) return REQUEST_UNREAD;
  return metatable == sb->context_event_metatable ? CONTEXT_EVENT_UNREAD : CONTEXT_READ;
}

// Reads all members but `event`, which is larger and sought by few.
static void read_members(lua_State *L, int context) {
  luaL_checkstack(L, 8, "context");
  lua_rawgetp(L, LUA_REGISTRYINDEX, &key_context_event_metatable);
  lua_setmetatable(L, context);
  if (sandbox_of(L)->documents[DOCUMENT_CONTEXT].bytes == NULL) return;
  push_document(L, DOCUMENT_CONTEXT);
  if (!lua_istable(L, -1)) fault_raise(L, SANDBOX_RUNTIME, "the context is not a JSON object");
  copy_members(L, lua_gettop(L), context);
  lua_pop(L, 1);
}

static void read_event(lua_State *L, int context) {
  luaL_checkstack(L, 8, "context");
  lua_pushnil(L);
  lua_setmetatable(L, context);
  lua_pushliteral(L, "event");
  bool is_free = lua_rawget(L, context) == LUA_TNIL;
  lua_pop(L, 1);
  if (!is_free || sandbox_of(L)->documents[DOCUMENT_ORIGINAL].bytes == NULL) return;
  lua_pushliteral(L, "event");
  push_document(L, DOCUMENT_ORIGINAL);
  lua_rawset(L, context);
}

// Fills the table at `index` if it is an argument (a context, a request) that has not been read in full yet.
void context_force(lua_State *L, int index) {
  int state = lua_istable(L, index) ? state_of(L, index) : CONTEXT_READ;
  if (state == CONTEXT_READ) return;
  index = lua_absindex(L, index);
  if (state == REQUEST_UNREAD) {
    request_read(L, index);
    return;
  }
  if (state == CONTEXT_UNREAD) read_members(L, index);
  read_event(L, index);
}

static int read_on_index(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 2);
  int state = state_of(L, 1);
  bool wants_event = lua_type(L, 2) == LUA_TSTRING && strcmp(lua_tostring(L, 2), "event") == 0;
  if (state == CONTEXT_UNREAD) read_members(L, 1);
  if (state != CONTEXT_READ && wants_event) read_event(L, 1);
  lua_rawget(L, 1);
  return 1;
}

// Makes a metatable of arguments that have not been read in full, and returns its address.
const void *context_open_metatable(lua_State *L, lua_CFunction read, const char *key) {
  lua_newtable(L);
  lua_pushcfunction(L, read);
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  const void *metatable = lua_topointer(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, key);
  return metatable;
}

void context_open(lua_State *L) {
  sandbox_of(L)->context_metatable = context_open_metatable(L, read_on_index, &key_context_metatable);
  sandbox_of(L)->context_event_metatable = context_open_metatable(L, read_on_index, &key_context_event_metatable);
}

// Pushes the context of this call. Its `event` is a table of its own: changing the argument does not change it.
void context_push(lua_State *L) {
  lua_createtable(L, 0, 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &key_context_metatable);
  lua_setmetatable(L, -2);
}
