// Where calls come in: each runs inside one protected C function, so that whatever goes wrong comes back as a value.
#include <string.h>

#include "internal.h"

// Garbage up to which collecting is put off: a usual call makes some kilobytes.
#define GARBAGE_KEPT ((size_t)1024 * 1024)
// A call that needed more than this leaves the pools so large that a new sandbox is cheaper than the memory.
#define SPENT_ABOVE ((size_t)4 * 1024 * 1024)
#define OUTPUT_KEPT ((size_t)256 * 1024)

void entry_begin(sandbox *sb, sandbox_result *result) {
  memset(result, 0, sizeof *result);
  memset(sb->documents, 0, sizeof sb->documents);
  fault_clear(sb);
  buffer_trim(&sb->out, OUTPUT_KEPT);
  buffer_trim(&sb->scratch, OUTPUT_KEPT);
  sb->body = (sandbox_text){NULL, 0};
  sb->log.len = sb->fields.len = 0;
  sb->log_full = false;
  sb->spent = false;
  sb->closing = 0;
  budget_start(sb);
}

void entry_collect(sandbox *sb) {
  size_t live = sb->live > sb->forgotten ? sb->live - sb->forgotten : 0;
  size_t garbage = sb->used > live ? sb->used - live : 0;
  if (garbage <= (live > GARBAGE_KEPT ? live : GARBAGE_KEPT)) return;
  lua_gc(sb->L, LUA_GCCOLLECT);
  sb->main_stack = 0;
  sb->live = sb->used;
  sb->forgotten = 0;
}

// Nothing here can raise: neither function nor argument needs memory, and the handler is C.
int entry_enter(sandbox *sb, lua_CFunction function, sandbox_call *call) {
  lua_State *L = sb->L;
  lua_settop(L, 0);
  lua_pushcfunction(L, fault_handler);
  lua_pushcfunction(L, function);
  lua_pushlightuserdata(L, call);
  return lua_pcall(L, 1, 0, 1);
}

// Reason and answer stand behind the body, in a buffer that may have moved while it grew.
static void place_texts(sandbox *sb, sandbox_result *result) {
  const char *bytes = sb->out.len > 0 ? sb->out.bytes : "";
  if (result->verdict != SANDBOX_UNTOUCHED) result->body.bytes = bytes;
  if (result->reason.bytes != NULL) result->reason.bytes = bytes + result->body.len;
  if (result->answer.bytes != NULL) result->answer.bytes = bytes + result->body.len;
}

void entry_finish(sandbox *sb, int status, sandbox_result *result) {
  lua_sethook(sb->L, NULL, 0, 0);
  lua_settop(sb->L, 0);
  budget_stop(sb, result);
  if (status != LUA_OK || sb->killed != SANDBOX_OK) {
    fault_finish(sb, status);
    result->body = result->reason = result->answer = (sandbox_text){NULL, 0};
    result->verdict = SANDBOX_FAILED;
    result->fault = sb->fault;
  } else {
    place_texts(sb, result);
  }
  result->log = (sandbox_text){sb->log.bytes, sb->log.len};
  sb->spent = result->memory_bytes > SPENT_ABOVE || sb->killed == SANDBOX_MEMORY;
  if (!sb->spent) entry_collect(sb);
}

static void drop_environment(sandbox *sb, int script) {
  lua_State *L = sb->L;
  lua_settop(L, 0);
  if (lua_rawgeti(L, LUA_REGISTRYINDEX, script) == LUA_TTABLE) {
    modules_drop_environment(L, 1);
  } else {
    lua_pushnil(L);
    lua_setupvalue(L, 1, 1);
  }
  lua_settop(L, 0);
}

static void run(sandbox *sb, sandbox_call *call) {
  if (call->script < sb->script_slots && sb->scripts[call->script].longest_string > 0) {
    budget_note_string(sb, sb->scripts[call->script].longest_string);
  }
  int status = entry_enter(sb, call_protected, call);
  drop_environment(sb, call->script);
  entry_finish(sb, status, call->result);
}

void sandbox_run(sandbox *sb, int script, sandbox_entry entry, const sandbox_input *input, sandbox_result *result) {
  sandbox_call call = {.purpose = PURPOSE_RUN, .script = script, .entry = entry, .result = result};
  entry_begin(sb, result);
  sb->documents[DOCUMENT_EVENT] = input->event.bytes == NULL ? (sandbox_text){"", 0} : input->event;
  sb->documents[DOCUMENT_ORIGINAL] = input->original;
  bool takes_events = entry == SANDBOX_STAGE || entry == SANDBOX_FILTER || entry == SANDBOX_BATCH;
  if (input->original.bytes == NULL && takes_events) sb->documents[DOCUMENT_ORIGINAL] = input->event;
  sb->documents[DOCUMENT_CONTEXT] = input->context;
  sb->documents[DOCUMENT_BODY] = input->json;
  sb->body = input->body;
  run(sb, &call);
}

void sandbox_check(sandbox *sb, int script, sandbox_entry entry, sandbox_result *result) {
  sandbox_call call = {.purpose = PURPOSE_CHECK, .script = script, .entry = entry, .result = result};
  entry_begin(sb, result);
  run(sb, &call);
}

void sandbox_describe(sandbox *sb, int script, sandbox_result *result) {
  sandbox_call call = {.purpose = PURPOSE_DESCRIBE, .script = script, .result = result};
  entry_begin(sb, result);
  run(sb, &call);
}
