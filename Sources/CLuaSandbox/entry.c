// Where calls come in: each runs inside one protected C function, so that whatever goes wrong comes back as a value.
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define REASON_MAX 1024
// Garbage up to which collecting is put off: a usual call makes some kilobytes.
#define GARBAGE_KEPT ((size_t)1024 * 1024)
// A call that needed more than this leaves the pools so large that a new sandbox is cheaper than the memory.
#define SPENT_ABOVE ((size_t)4 * 1024 * 1024)
#define OUTPUT_KEPT ((size_t)256 * 1024)

// Stack of the protected function.
enum { CALL = 1, CHUNK, ENVIRONMENT, DEFINITIONS, EVENT, CONTEXT };

typedef struct {
  int script;
  const sandbox_input *input;  // Null: only look at what the script defines.
  sandbox_result *result;
  const char *name, *source;  // For compiling.
  size_t len;
} call;

static void set_script_name(lua_State *L, int function) {
  lua_Debug ar;
  lua_pushvalue(L, function);
  lua_getinfo(L, ">S", &ar);
  memcpy(sandbox_of(L)->script_name, ar.short_src, sizeof ar.short_src < CHUNK_NAME_MAX ? sizeof ar.short_src : CHUNK_NAME_MAX);
  sandbox_of(L)->script_name[CHUNK_NAME_MAX - 1] = '\0';
}

static void push_environment(lua_State *L) {
  lua_createtable(L, 0, 4);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &key_environment_metatable);
  lua_setmetatable(L, -2);
}

// Runs the chunk in a new environment and leaves the table with its functions at DEFINITIONS.
static void define(lua_State *L, int script) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, script);
  set_script_name(L, CHUNK);
  push_environment(L);
  lua_pushvalue(L, ENVIRONMENT);
  lua_setupvalue(L, CHUNK, 1);
  lua_pushvalue(L, CHUNK);
  lua_call(L, 0, 1);
  if (lua_isnil(L, DEFINITIONS)) {
    lua_pushvalue(L, ENVIRONMENT);
    lua_replace(L, DEFINITIONS);
  } else if (!lua_istable(L, DEFINITIONS)) {
    fault_raise(L, SANDBOX_RESULT, "the script must return a table of functions or nothing, not a %s", luaL_typename(L, DEFINITIONS));
  }
}

// Pushes the script's function of that name, or nil.
static bool push_function(lua_State *L, const char *name) {
  lua_pushstring(L, name);
  lua_rawget(L, DEFINITIONS);
  if (lua_isnil(L, -1)) return false;
  if (!lua_isfunction(L, -1)) fault_raise(L, SANDBOX_RESULT, "'%s' must be a function, not a %s", name, luaL_typename(L, -1));
  return true;
}

static bool is_null(lua_State *L, int index) {
  return lua_isnil(L, index) || (lua_type(L, index) == LUA_TLIGHTUSERDATA && lua_touserdata(L, index) == &tag_null);
}

static void keep_body(lua_State *L, const char *bytes, size_t len, sandbox_result *result) {
  sandbox *sb = sandbox_of(L);
  buffer_append(L, &sb->out, bytes, len);
  result->body.len = sb->out.len;
}

// Ends the call as a drop for the reason on top of the stack, or for `otherwise` when there is none.
static void drop(lua_State *L, const char *otherwise, sandbox_result *result) {
  size_t len = strlen(otherwise);
  const char *reason = otherwise;
  if (lua_isstring(L, -1)) reason = lua_tolstring(L, -1, &len);
  if (!lua_isstring(L, -1) && !is_null(L, -1)) fault_raise(L, SANDBOX_RESULT, "the reason of a drop must be a string, not a %s", luaL_typename(L, -1));
  result->verdict = SANDBOX_DROPPED;
  keep_body(L, reason, text_cut(reason, len, REASON_MAX), result);
}

// Calls the function on top of the stack with event and context; leaves two results.
static void call_stage(lua_State *L) {
  lua_pushvalue(L, EVENT);
  lua_pushvalue(L, CONTEXT);
  lua_call(L, 2, 2);
}

// True when the event goes on.
static bool run_filter(lua_State *L, sandbox_result *result) {
  call_stage(L);
  if (lua_toboolean(L, -2) && !is_null(L, -2)) return true;
  drop(L, "filter returned false", result);
  return false;
}

static void take_json(lua_State *L, int body, sandbox_result *result) {
  sandbox *sb = sandbox_of(L);
  char problem[320];
  json_outcome outcome = json_write(L, body, sb->limits.output_bytes, problem, sizeof problem);
  if (outcome == JSON_TOO_LARGE) fault_raise(L, SANDBOX_OUTPUT, "transform's result is %s", problem);
  if (outcome == JSON_UNWRITABLE) fault_raise(L, SANDBOX_RESULT, "transform's result cannot be written as JSON: %s", problem);
  result->verdict = SANDBOX_JSON;
  result->body.len = sb->out.len;
}

static void take_bytes(lua_State *L, int body, sandbox_result *result) {
  sandbox *sb = sandbox_of(L);
  size_t len;
  const char *bytes = lua_tolstring(L, body, &len);
  if (len > sb->limits.output_bytes) fault_raise(L, SANDBOX_OUTPUT, "transform's result is larger than %zu bytes", sb->limits.output_bytes);
  result->verdict = SANDBOX_BYTES;
  keep_body(L, bytes, len, result);
}

static void run_transform(lua_State *L, sandbox_result *result) {
  call_stage(L);
  int body = lua_gettop(L) - 1;
  if (is_null(L, body) || (lua_isboolean(L, body) && !lua_toboolean(L, body))) {
    drop(L, "transform returned nothing", result);
    return;
  }
  if (lua_istable(L, body)) {
    take_json(L, body, result);
  } else if (lua_type(L, body) == LUA_TSTRING) {
    take_bytes(L, body, result);
  } else {
    fault_raise(L, SANDBOX_RESULT, "transform must return a table or a string, not a %s", luaL_typename(L, body));
  }
  overrides_take(L, body + 1, result);
}

static void push_event(lua_State *L) {
  char problem[128];
  if (json_push(L, sandbox_of(L)->documents[DOCUMENT_EVENT], DOCUMENT_EVENT, problem, sizeof problem)) return;
  fault_raise(L, SANDBOX_RUNTIME, "the event is not JSON: %s", problem);
}

static void forget_walk(lua_State *L) {
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &key_next_table);
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &key_next_keys);
}

// Looks at everything that a plugin may define, also what other kinds of calls use.
static int check_functions(lua_State *L) {
  static const char *const names[] = {"filter", "transform", "response", "receive"};
  bool defines_any = false;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) defines_any |= push_function(L, names[i]);
  // Most likely a misspelt name, and everything would pass.
  if (!defines_any) fault_raise(L, SANDBOX_RESULT, "the script defines neither 'filter' nor 'transform'");
  return 0;
}

static int run_protected(lua_State *L) {
  call *c = lua_touserdata(L, CALL);
  forget_walk(L);
  define(L, c->script);
  if (c->input == NULL) return check_functions(L);
  bool has_filter = push_function(L, "filter"), has_transform = push_function(L, "transform");
  if (!has_filter && !has_transform) return 0;
  push_event(L);
  lua_insert(L, EVENT);
  context_push(L);
  lua_insert(L, CONTEXT);
  if (has_filter) {
    lua_pushvalue(L, -2);
    if (!run_filter(L, c->result)) return 0;
    lua_settop(L, CONTEXT + 2);
  }
  if (has_transform) run_transform(L, c->result);
  return 0;
}

static int compile_protected(lua_State *L) {
  call *c = lua_touserdata(L, CALL);
  sandbox *sb = sandbox_of(L);
  size_t len;
  lua_pushfstring(L, "=%s", c->name);
  int status = luaL_loadbufferx(L, c->source, c->len, lua_tostring(L, -1), "t");
  if (status == LUA_OK) {
    c->script = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
  }
  if (status == LUA_ERRMEM) budget_kill(L, SANDBOX_MEMORY);
  const char *message = lua_tolstring(L, -1, &len);
  size_t name_len = strlen(sb->script_name);
  bool placed = strncmp(message, sb->script_name, name_len) == 0 && message[name_len] == ':';
  if (!placed) fault_raise(L, SANDBOX_COMPILE, "%s", message);
  sb->fault.line = atoi(message + name_len + 1);
  fault_record(L, SANDBOX_COMPILE, message, len);
  return lua_error(L);
}

static void begin(sandbox *sb, sandbox_result *result) {
  memset(result, 0, sizeof *result);
  memset(sb->documents, 0, sizeof sb->documents);
  fault_clear(sb);
  buffer_trim(&sb->out, OUTPUT_KEPT);
  buffer_trim(&sb->scratch, OUTPUT_KEPT);
  sb->log.len = sb->overrides.len = 0;
  sb->log_full = false;
  sb->spent = false;
  sb->closing = 0;
  budget_start(sb);
}

static void collect(sandbox *sb) {
  size_t live = sb->live > sb->forgotten ? sb->live - sb->forgotten : 0;
  size_t garbage = sb->used > live ? sb->used - live : 0;
  if (garbage <= (live > GARBAGE_KEPT ? live : GARBAGE_KEPT)) return;
  lua_gc(sb->L, LUA_GCCOLLECT);
  sb->live = sb->used;
  sb->forgotten = 0;
}

// Remembers what a script holds. When there is no memory to do so it counts as nothing, and its garbage waits for that of others.
static void keep_script_bytes(sandbox *sb, int script, size_t bytes) {
  if (script >= sb->script_slots) {
    int slots = 2 * script + 16;
    size_t *larger = realloc(sb->script_bytes, (size_t)slots * sizeof *larger);
    if (larger == NULL) return;
    memset(larger + sb->script_slots, 0, (size_t)(slots - sb->script_slots) * sizeof *larger);
    sb->script_bytes = larger;
    sb->script_slots = slots;
  }
  sb->script_bytes[script] = bytes;
}

static void finish(sandbox *sb, int status, sandbox_result *result) {
  lua_sethook(sb->L, NULL, 0, 0);
  lua_settop(sb->L, 0);
  budget_stop(sb, result);
  if (status != LUA_OK || sb->killed != SANDBOX_OK) {
    fault_finish(sb, status);
    memset(&result->body, 0, sizeof result->body);
    result->verdict = SANDBOX_FAILED;
    result->fault = sb->fault;
  }
  if (result->verdict != SANDBOX_UNTOUCHED && result->verdict != SANDBOX_FAILED) result->body.bytes = sb->out.len > 0 ? sb->out.bytes : "";
  result->log = (sandbox_text){sb->log.bytes, sb->log.len};
  sb->spent = result->memory_bytes > SPENT_ABOVE || sb->killed == SANDBOX_MEMORY;
  if (!sb->spent) collect(sb);
}

// Nothing here can raise: neither function nor argument needs memory, and the handler is C.
static int enter(sandbox *sb, lua_CFunction function, call *c) {
  lua_State *L = sb->L;
  lua_settop(L, 0);
  lua_pushcfunction(L, fault_handler);
  lua_pushcfunction(L, function);
  lua_pushlightuserdata(L, c);
  return lua_pcall(L, 1, 0, 1);
}

static void drop_environment(sandbox *sb, int script) {
  lua_rawgeti(sb->L, LUA_REGISTRYINDEX, script);
  lua_pushnil(sb->L);
  lua_setupvalue(sb->L, 1, 1);
  lua_settop(sb->L, 0);
}

void sandbox_run(sandbox *sb, int script, const sandbox_input *input, sandbox_result *result) {
  call c = {.script = script, .input = input, .result = result};
  begin(sb, result);
  if (input != NULL) {
    sb->documents[DOCUMENT_EVENT] = input->event.bytes == NULL ? (sandbox_text){"", 0} : input->event;
    sb->documents[DOCUMENT_ORIGINAL] = input->original.bytes == NULL ? input->event : input->original;
    sb->documents[DOCUMENT_CONTEXT] = input->context;
  }
  int status = enter(sb, run_protected, &c);
  lua_settop(sb->L, 0);
  drop_environment(sb, script);
  finish(sb, status, result);
}

void sandbox_check(sandbox *sb, int script, sandbox_result *result) { sandbox_run(sb, script, NULL, result); }

int sandbox_compile(sandbox *sb, const char *name, const char *source, size_t len, sandbox_result *result) {
  call c = {.result = result, .name = name, .source = source, .len = len};
  begin(sb, result);
  strncpy(sb->script_name, name, sizeof sb->script_name - 1);
  size_t before = sb->used;
  int status = enter(sb, compile_protected, &c);
  if (status == LUA_OK) {
    size_t bytes = sb->used > before ? sb->used - before : 0;
    keep_script_bytes(sb, c.script, bytes);
    sb->live += bytes;
  }
  finish(sb, status, result);
  return status == LUA_OK ? c.script : 0;
}

size_t sandbox_script_bytes(const sandbox *sb, int script) { return script > 0 && script < sb->script_slots ? sb->script_bytes[script] : 0; }

void sandbox_forget(sandbox *sb, int script) {
  if (script <= 0) return;
  luaL_unref(sb->L, LUA_REGISTRYINDEX, script);
  sb->forgotten += sandbox_script_bytes(sb, script);
  if (script < sb->script_slots) sb->script_bytes[script] = 0;
  collect(sb);
}
