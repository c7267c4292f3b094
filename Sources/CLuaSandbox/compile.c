// Compiling scripts and plugins, and remembering what they hold.
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static void set_name(sandbox *sb, const char *name) {
  strncpy(sb->script_name, name, sizeof sb->script_name - 1);
  sb->script_name[sizeof sb->script_name - 1] = '\0';
}

// Raises the compiler's message, which is on top of the stack.
static void raise_message(lua_State *L) {
  sandbox *sb = sandbox_of(L);
  size_t len, name_len = strlen(sb->script_name);
  const char *message = lua_tolstring(L, -1, &len);
  bool placed = strncmp(message, sb->script_name, name_len) == 0 && message[name_len] == ':';
  if (!placed) fault_raise(L, SANDBOX_COMPILE, "%s", message);
  sb->fault.line = atoi(message + name_len + 1);
  fault_record(L, SANDBOX_COMPILE, message, len);
  lua_error(L);
}

// Pushes the function that a text chunk becomes, without an environment: each call gives it one.
static void push_chunk(lua_State *L, const char *name, sandbox_text source) {
  set_name(sandbox_of(L), name);
  lua_pushfstring(L, "=%s", name);
  const char *bytes = source.bytes == NULL ? "" : source.bytes;
  int status = luaL_loadbufferx(L, bytes, source.len, lua_tostring(L, -1), "t");
  if (status == LUA_ERRMEM) budget_kill(L, SANDBOX_MEMORY);
  if (status != LUA_OK) raise_message(L);
  lua_pushnil(L);
  lua_setupvalue(L, -2, 1);
  lua_remove(L, -2);
}

// Pushes a plugin, as modules.c reads it.
static void push_plugin(lua_State *L, const sandbox_call *call) {
  lua_createtable(L, 1, call->module_count < 64 ? (int)call->module_count : 64);
  int plugin = lua_gettop(L);
  push_chunk(L, call->name, call->source);
  lua_rawseti(L, plugin, 1);
  for (size_t i = 0; i < call->module_count; i++) {
    const sandbox_module *module = &call->modules[i];
    lua_pushstring(L, module->name);
    push_chunk(L, module->chunk, module->source);
    lua_rawset(L, plugin);
  }
}

static int compile_protected(lua_State *L) {
  sandbox_call *call = lua_touserdata(L, 1);
  if (call->is_plugin) {
    push_plugin(L, call);
  } else {
    push_chunk(L, call->name, call->source);
  }
  call->script = luaL_ref(L, LUA_REGISTRYINDEX);
  return 0;
}

// Remembers what a script holds. When there is no memory to do so it counts as nothing, and its garbage waits for that of others.
static void keep_record(sandbox *sb, int script, script_record record) {
  if (script >= sb->script_slots) {
    int slots = 2 * script + 16;
    script_record *larger = realloc(sb->scripts, (size_t)slots * sizeof *larger);
    if (larger == NULL) return;
    memset(larger + sb->script_slots, 0, (size_t)(slots - sb->script_slots) * sizeof *larger);
    sb->scripts = larger;
    sb->script_slots = slots;
  }
  sb->scripts[script] = record;
}

static int compile(sandbox *sb, sandbox_call *call) {
  entry_begin(sb, call->result);
  set_name(sb, call->name);
  size_t before = sb->used;
  int status = entry_enter(sb, compile_protected, call);
  if (status == LUA_OK) {
    size_t bytes = sb->used > before ? sb->used - before : 0;
    keep_record(sb, call->script, (script_record){bytes, sb->longest_string});
    sb->live += bytes;
  }
  entry_finish(sb, status, call->result);
  return status == LUA_OK ? call->script : 0;
}

int sandbox_compile(sandbox *sb, const char *name, const char *source, size_t len, sandbox_result *result) {
  sandbox_call call = {.result = result, .name = name, .source = {source, len}};
  return compile(sb, &call);
}

int sandbox_compile_plugin(sandbox *sb, const char *name, sandbox_text source, const sandbox_module *modules, size_t count,
                           sandbox_result *result) {
  sandbox_call call = {.result = result, .name = name, .source = source, .is_plugin = true, .modules = modules, .module_count = count};
  return compile(sb, &call);
}

size_t sandbox_script_bytes(const sandbox *sb, int script) { return script > 0 && script < sb->script_slots ? sb->scripts[script].bytes : 0; }

void sandbox_forget(sandbox *sb, int script) {
  if (script <= 0) return;
  luaL_unref(sb->L, LUA_REGISTRYINDEX, script);
  sb->forgotten += sandbox_script_bytes(sb, script);
  if (script < sb->script_slots) sb->scripts[script] = (script_record){0, 0};
  entry_collect(sb);
}
