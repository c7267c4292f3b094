// The host library: functions that Tidehook offers to scripts beside Lua's own. Each is declared once, in library/*.lua, with its
// documentation, which running sandboxes do not keep.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "native.h"

// What a file of the library is called in messages to developers; scripts never see it.
typedef struct {
  const char *name;
  const unsigned char *bytes;
  size_t len;
} library_file;

#define LIBRARY_FILE(name) {"=" #name, name##_lua, sizeof name##_lua}

static const unsigned char base64_lua[] = {
#embed "library/base64.lua"
};
static const unsigned char crypto_lua[] = {
#embed "library/crypto.lua"
};
static const unsigned char events_lua[] = {
#embed "library/events.lua"
};
static const unsigned char form_lua[] = {
#embed "library/form.lua"
};
static const unsigned char hex_lua[] = {
#embed "library/hex.lua"
};
static const unsigned char json_lua[] = {
#embed "library/json.lua"
};
static const unsigned char path_lua[] = {
#embed "library/path.lua"
};
static const unsigned char template_lua[] = {
#embed "library/template.lua"
};
static const unsigned char text_lua[] = {
#embed "library/text.lua"
};
static const unsigned char time_lua[] = {
#embed "library/time.lua"
};
static const unsigned char url_lua[] = {
#embed "library/url.lua"
};

// In the order in which the documentation shows them; `template` uses what `text` declares.
static const library_file files[] = {
    LIBRARY_FILE(events), LIBRARY_FILE(json), LIBRARY_FILE(path),   LIBRARY_FILE(time), LIBRARY_FILE(text),  LIBRARY_FILE(template),
    LIBRARY_FILE(url),    LIBRARY_FILE(form), LIBRARY_FILE(base64), LIBRARY_FILE(hex),  LIBRARY_FILE(crypto)};
#define FILE_COUNT (sizeof files / sizeof *files)

static void push_host(lua_State *L) {
  lua_newtable(L);
  native_check_open(L);
  native_crypto_open(L);
  native_encoding_open(L);
  native_escape_open(L);
  native_json_open(L);
  native_log_open(L);
  native_text_open(L);
}

static int refuse_global(lua_State *L) { return luaL_error(L, "the host library may not set the global '%s'", lua_tostring(L, 2)); }

// What the library's functions see as globals: those of scripts, but no way to leave something behind.
static void push_environment(lua_State *L, int globals) {
  lua_newtable(L);
  lua_createtable(L, 0, 2);
  lua_pushvalue(L, globals);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, refuse_global);
  lua_setfield(L, -2, "__newindex");
  lua_setmetatable(L, -2);
}

// The compiled form of each file, without names and line numbers: it takes less memory, and errors are told with the line of the
// script instead of one that its author cannot see. Compiling takes a millisecond, so the process does it once and keeps the result.
static struct {
  char *bytes;
  size_t len;
} compiled[FILE_COUNT];
static pthread_mutex_t compiled_lock = PTHREAD_MUTEX_INITIALIZER;

static int keep_bytes(lua_State *L, const void *bytes, size_t len, void *buffer) {
  buffer_append(L, buffer, bytes, len);
  return 0;
}

// Replaces the function on top of the stack by its stripped form, and keeps that for other sandboxes.
static void strip(lua_State *L, size_t file) {
  byte_buffer *code = &sandbox_of(L)->scratch;
  code->len = 0;
  lua_dump(L, keep_bytes, code, 1);
  lua_pop(L, 1);
  if (luaL_loadbufferx(L, code->bytes, code->len, "=host", "b") != LUA_OK) lua_error(L);
  char *bytes = malloc(code->len);
  if (bytes == NULL) return;
  memcpy(bytes, code->bytes, code->len);
  pthread_mutex_lock(&compiled_lock);
  if (compiled[file].bytes == NULL) {
    compiled[file].len = code->len;
    compiled[file].bytes = bytes;
    bytes = NULL;
  }
  pthread_mutex_unlock(&compiled_lock);
  free(bytes);
}

// Pushes the main function of a file.
static void push_file(lua_State *L, size_t file) {
  pthread_mutex_lock(&compiled_lock);
  const char *bytes = compiled[file].bytes;
  size_t len = compiled[file].len;
  pthread_mutex_unlock(&compiled_lock);
  if (bytes != NULL) {
    if (luaL_loadbufferx(L, bytes, len, "=host", "b") != LUA_OK) lua_error(L);
    return;
  }
  if (luaL_loadbufferx(L, (const char *)files[file].bytes, files[file].len, files[file].name, "t") != LUA_OK) lua_error(L);
  strip(L, file);
}

// Pushes the declarations that a file returns: a list of tables.
static void push_declarations(lua_State *L, size_t file, int host, int environment) {
  push_file(L, file);
  lua_pushvalue(L, environment);
  lua_setupvalue(L, -2, 1);
  lua_pushvalue(L, host);
  lua_call(L, 1, 1);
}

// Sets `name`, which may be in a library ("text.trim"), to the value on top of the stack and pops it.
static void install(lua_State *L, int globals, const char *name) {
  const char *dot = strchr(name, '.');
  if (dot == NULL) {
    lua_setfield(L, globals, name);
    return;
  }
  lua_pushlstring(L, name, (size_t)(dot - name));
  lua_pushvalue(L, -1);
  if (lua_rawget(L, globals) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, globals);
  }
  lua_pushvalue(L, -3);
  lua_setfield(L, -2, dot + 1);
  lua_pop(L, 3);
}

static void install_all(lua_State *L, int globals, int declarations) {
  lua_Integer count = (lua_Integer)lua_rawlen(L, declarations);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, declarations, i);
    lua_getfield(L, -1, "name");
    lua_getfield(L, -2, "body");
    install(L, globals, lua_tostring(L, -2));
    lua_pop(L, 2);
  }
}

void host_library_open(lua_State *L, int globals) {
  push_host(L);
  int host = lua_gettop(L);
  push_environment(L, globals);
  for (size_t i = 0; i < FILE_COUNT; i++) {
    push_declarations(L, i, host, host + 1);
    install_all(L, globals, lua_gettop(L));
    lua_pop(L, 1);
  }
  buffer_trim(&sandbox_of(L)->scratch, 0);
  lua_settop(L, host - 1);
}

// Adds the declarations of a file, on top of the stack, to the list at `all`, without their bodies.
static void document_all(lua_State *L, int all) {
  lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, -1, i);
    lua_pushnil(L);
    lua_setfield(L, -2, "body");
    lua_rawseti(L, all, (lua_Integer)lua_rawlen(L, all) + 1);
  }
}

static int describe_protected(lua_State *L) {
  char problem[160];
  lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_getfield(L, -1, LUA_GNAME);
  int globals = lua_gettop(L);
  push_host(L);
  push_environment(L, globals);
  lua_newtable(L);
  int all = lua_gettop(L);
  for (size_t i = 0; i < FILE_COUNT; i++) {
    push_declarations(L, i, all - 2, all - 1);
    document_all(L, all);
    lua_pop(L, 1);
  }
  if (json_write(L, all, SIZE_MAX / 2, problem, sizeof problem) != JSON_WRITTEN) return luaL_error(L, "%s", problem);
  return 0;
}

sandbox_text sandbox_library_json(sandbox *sb) {
  sandbox_result unused;
  sb->out.len = 0;
  lua_settop(sb->L, 0);
  lua_pushcfunction(sb->L, describe_protected);
  budget_start(sb);
  int status = lua_pcall(sb->L, 0, 0, 0);
  lua_sethook(sb->L, NULL, 0, 0);
  budget_stop(sb, &unused);
  lua_settop(sb->L, 0);
  return status == LUA_OK ? (sandbox_text){sb->out.bytes, sb->out.len} : (sandbox_text){NULL, 0};
}
