// What one call of a script does: runs the top level in a new environment, then the functions that were asked for, and takes
// what they return.
#include <stdio.h>
#include <string.h>

#include "internal.h"

#define REASON_MAX 1024

// Stack of the protected function.
enum { CALL = 1, CHUNK, ENVIRONMENT, DEFINITIONS, EVENT, CONTEXT };

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

// Pushes the script's function, and an environment which has a `require` when the script is a plugin.
static void push_script(lua_State *L, int script) {
  bool is_plugin = lua_rawgeti(L, LUA_REGISTRYINDEX, script) == LUA_TTABLE;
  push_environment(L);
  if (!is_plugin) return;
  modules_offer(L, CHUNK, ENVIRONMENT);
  lua_rawgeti(L, CHUNK, 1);
  lua_replace(L, CHUNK);
}

// Runs the chunk in a new environment and leaves the table with its functions at DEFINITIONS.
static void define(lua_State *L, int script) {
  push_script(L, script);
  set_script_name(L, CHUNK);
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

static void keep_body(lua_State *L, const char *bytes, size_t len, sandbox_result *result) {
  sandbox *sb = sandbox_of(L);
  buffer_append(L, &sb->out, bytes, len);
  result->body.len = sb->out.len;
}

// Keeps the text at `index` as reason; a missing one is none.
static void keep_reason(lua_State *L, int index, const char *of_what, sandbox_result *result) {
  size_t len;
  if (null_is(L, index)) return;
  if (!lua_isstring(L, index)) fault_raise(L, SANDBOX_RESULT, "the reason of a %s must be a string, not a %s", of_what, luaL_typename(L, index));
  const char *reason = lua_tolstring(L, index, &len);
  len = text_cut(reason, len, REASON_MAX);
  buffer_append(L, &sandbox_of(L)->out, reason, len);
  result->reason = (sandbox_text){"", len};
}

// Ends the call as a drop for the reason on top of the stack, or for `otherwise` when there is none.
static void drop(lua_State *L, const char *otherwise, sandbox_result *result) {
  result->verdict = SANDBOX_DROPPED;
  keep_reason(L, -1, "drop", result);
  if (result->reason.bytes == NULL) keep_body(L, otherwise, strlen(otherwise), result);
  if (result->reason.bytes != NULL) result->body = result->reason;
  result->reason = (sandbox_text){NULL, 0};
}

// Calls the function on top of the stack with event and context; leaves two results.
static void call_stage(lua_State *L) {
  lua_pushvalue(L, EVENT);
  lua_pushvalue(L, CONTEXT);
  lua_call(L, 2, 2);
}

// Why a filter that gave no reason drops the event.
static const char *without_reason(lua_State *L, int verdict) {
  if (lua_isnil(L, verdict)) return "filter returned nothing";
  return null_is(L, verdict) ? "filter returned null" : "filter returned false";
}

// True when the event goes on.
static bool run_filter(lua_State *L, sandbox_result *result) {
  call_stage(L);
  if (lua_toboolean(L, -2) && !null_is(L, -2)) return true;
  drop(L, without_reason(L, -2), result);
  return false;
}

// Takes a table as body; `what` names it in errors.
static void take_json(lua_State *L, int body, const char *what, sandbox_result *result) {
  sandbox *sb = sandbox_of(L);
  char problem[320];
  json_outcome outcome = json_write(L, body, sb->limits.output_bytes, problem, sizeof problem);
  if (outcome == JSON_TOO_LARGE) fault_raise(L, SANDBOX_OUTPUT, "%s is %s", what, problem);
  if (outcome == JSON_UNWRITABLE) fault_raise(L, SANDBOX_RESULT, "%s cannot be written as JSON: %s", what, problem);
  result->verdict = SANDBOX_JSON;
  result->body.len = sb->out.len;
}

static void take_bytes(lua_State *L, int body, const char *what, sandbox_result *result) {
  sandbox *sb = sandbox_of(L);
  size_t len;
  const char *bytes = lua_tolstring(L, body, &len);
  if (len > sb->limits.output_bytes) fault_raise(L, SANDBOX_OUTPUT, "%s is larger than %zu bytes", what, sb->limits.output_bytes);
  result->verdict = SANDBOX_BYTES;
  keep_body(L, bytes, len, result);
}

// Calls the function on top of the stack, which is called `name` and makes a body: `transform` or `transform_batch`.
static void run_transform(lua_State *L, const char *name, sandbox_result *result) {
  char what[64];
  snprintf(what, sizeof what, "%s's result", name);
  call_stage(L);
  int body = lua_gettop(L) - 1;
  if (null_is(L, body) || (lua_isboolean(L, body) && !lua_toboolean(L, body))) {
    snprintf(what, sizeof what, "%s returned nothing", name);
    drop(L, what, result);
    return;
  }
  if (lua_istable(L, body)) {
    take_json(L, body, what, result);
  } else if (lua_type(L, body) == LUA_TSTRING) {
    take_bytes(L, body, what, result);
  } else {
    fault_raise(L, SANDBOX_RESULT, "%s must return a table or a string, not a %s", name, luaL_typename(L, body));
  }
  overrides_take(L, body + 1, result);
}

// Takes what `response` returned as a judgement, empty when it leaves the matter to the status.
static void run_response(lua_State *L, sandbox_result *result) {
  static const char *const words[] = {"delivered", "retry", "dead", "disable"};
  call_stage(L);
  int word = lua_gettop(L) - 1;
  result->verdict = SANDBOX_JUDGED;
  if (!null_is(L, word)) {
    if (lua_type(L, word) != LUA_TSTRING) fault_raise(L, SANDBOX_RESULT, "response must return a string, not a %s", luaL_typename(L, word));
    const char *text = lua_tostring(L, word);
    bool known = false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) known |= strcmp(words[i], text) == 0;
    if (!known) fault_raise(L, SANDBOX_RESULT, "response must return 'delivered', 'retry', 'dead', 'disable' or nothing, not '%.60s'", text);
    keep_body(L, text, strlen(text), result);
  }
  keep_reason(L, word + 1, "judgement", result);
}

// Makes an array of what `receive` returned: one event is an array of one, and an empty table none.
static void take_events(lua_State *L, int events, sandbox_result *result) {
  byte_buffer *out = &sandbox_of(L)->out;
  take_json(L, events, "receive's result", result);
  if (*out->bytes == '[') return;
  if (out->len == 2) {
    memcpy(out->bytes, "[]", 2);
    return;
  }
  buffer_append(L, out, "[]", 2);
  memmove(out->bytes + 1, out->bytes, out->len - 2);
  out->bytes[0] = '[';
  out->bytes[out->len - 1] = ']';
  result->body.len = out->len;
}

static void run_receive(lua_State *L, sandbox_result *result) {
  lua_pushvalue(L, EVENT);
  lua_pushvalue(L, CONTEXT);
  lua_call(L, 2, 4);
  int events = lua_gettop(L) - 3;
  if (lua_istable(L, events)) {
    take_events(L, events, result);
    answer_take(L, events + 1, result);
    return;
  }
  if (!null_is(L, events)) fault_raise(L, SANDBOX_RESULT, "receive must return events as a table, not a %s", luaL_typename(L, events));
  answer_take_refusal(L, events + 1, result);
}

static void push_event(lua_State *L, const char *what) {
  char problem[128];
  if (json_push(L, sandbox_of(L)->documents[DOCUMENT_EVENT], DOCUMENT_EVENT, problem, sizeof problem)) return;
  fault_raise(L, SANDBOX_RUNTIME, "the %s is not JSON: %s", what, problem);
}

// Puts the arguments of the script's functions into their places.
static void insert_arguments(lua_State *L, const char *what, bool is_request) {
  push_event(L, what);
  if (is_request && lua_istable(L, -1)) request_mark(L);
  lua_insert(L, EVENT);
  context_push(L);
  lua_insert(L, CONTEXT);
}

static void run_stage(lua_State *L, sandbox_result *result) {
  bool has_filter = push_function(L, "filter"), has_transform = push_function(L, "transform");
  if (!has_filter && !has_transform) return;
  insert_arguments(L, "event", false);
  if (has_filter) {
    lua_pushvalue(L, -2);
    if (!run_filter(L, result)) return;
    lua_settop(L, CONTEXT + 2);
  }
  if (has_transform) run_transform(L, "transform", result);
}

// Runs `filter` alone: the events of a batch are filtered one by one before they are collected.
static void run_filter_alone(lua_State *L, sandbox_result *result) {
  if (!push_function(L, "filter")) return;
  insert_arguments(L, "event", false);
  run_filter(L, result);
}

// Runs `transform_batch`; untouched when the script has none.
static void run_batch(lua_State *L, sandbox_result *result) {
  if (!push_function(L, "transform_batch")) return;
  insert_arguments(L, "batch", false);
  run_transform(L, "transform_batch", result);
}

static void run_entry(lua_State *L, const sandbox_call *call) {
  switch (call->entry) {
    case SANDBOX_STAGE:
      run_stage(L, call->result);
      break;
    case SANDBOX_RESPONSE:
      call->result->verdict = SANDBOX_JUDGED;
      if (!push_function(L, "response")) return;
      insert_arguments(L, "response", false);
      run_response(L, call->result);
      break;
    case SANDBOX_RECEIVE:
      if (!push_function(L, "receive")) fault_raise(L, SANDBOX_RESULT, "the script does not define 'receive'");
      insert_arguments(L, "request", true);
      run_receive(L, call->result);
      break;
    case SANDBOX_FILTER:
      run_filter_alone(L, call->result);
      break;
    case SANDBOX_BATCH:
      run_batch(L, call->result);
      break;
  }
}

// Looks at everything that a script may define. Returns whether it defines what the entry runs; of stages one of four functions.
static bool check_functions(lua_State *L, sandbox_entry entry) {
  static const char *const names[] = {"filter", "transform", "transform_batch", "response"};
  bool is_stage = false;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) is_stage |= push_function(L, names[i]);
  bool receives = push_function(L, "receive");
  return entry == SANDBOX_RECEIVE ? receives : is_stage;
}

// Sorts the members of the definitions into two tables: `description` without functions, and the names of those.
static void sort_members(lua_State *L, int description, int functions) {
  size_t count;
  const table_key *keys = keys_push_sorted(L, DEFINITIONS, &count);
  for (size_t i = 0; i < count; i++) {
    if (keys[i].kind != KEY_STRING && keys[i].kind != KEY_INDEX) fault_raise(L, SANDBOX_RESULT, "the names of a plugin's members must be strings");
    lua_pushlstring(L, keys[i].text, keys[i].len);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, DEFINITIONS) == LUA_TFUNCTION) {
      lua_pop(L, 1);
      lua_rawseti(L, functions, (lua_Integer)lua_rawlen(L, functions) + 1);
    } else {
      if (strcmp(keys[i].text, "functions") == 0) fault_raise(L, SANDBOX_RESULT, "a plugin has no member 'functions'");
      lua_rawset(L, description);
    }
  }
}

static void describe(lua_State *L, sandbox_result *result) {
  if (lua_rawequal(L, DEFINITIONS, ENVIRONMENT)) fault_raise(L, SANDBOX_RESULT, "the plugin must return a table that describes it");
  check_functions(L, SANDBOX_STAGE);
  lua_newtable(L);
  int description = lua_gettop(L);
  lua_newtable(L);
  json_mark(L, -1, true);
  sort_members(L, description, description + 1);
  lua_pushvalue(L, description + 1);
  lua_setfield(L, description, "functions");
  take_json(L, description, "the plugin's description", result);
}

static void forget_walk(lua_State *L) {
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &key_next_table);
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &key_next_keys);
}

int call_protected(lua_State *L) {
  sandbox_call *call = lua_touserdata(L, CALL);
  forget_walk(L);
  define(L, call->script);
  switch (call->purpose) {
    case PURPOSE_RUN:
      run_entry(L, call);
      break;
    case PURPOSE_CHECK:
      // Most likely a misspelt name, and everything would pass.
      if (check_functions(L, call->entry)) break;
      if (call->entry == SANDBOX_RECEIVE) fault_raise(L, SANDBOX_RESULT, "the script does not define 'receive'");
      fault_raise(L, SANDBOX_RESULT, "the script defines neither 'filter' nor 'transform'");
      break;
    case PURPOSE_DESCRIBE:
      describe(L, call->result);
      break;
  }
  return 0;
}
