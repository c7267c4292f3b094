// What the sender of a request is told: the second result of `receive`, or what stands behind its nil.
#include <string.h>

#include "internal.h"

// What a sender is told is a challenge or a few words; it goes into the log of requests, too.
#define ANSWER_MAX ((size_t)64 * 1024)
// Words of a refusal are cut, not refused: they may hold what the sender sent.
#define MESSAGE_WORDS_MAX 4096
#define ANSWER "answer"

// Takes the status at `index`; `place` says where it stands.
static int take_status(lua_State *L, int index, const char *place) {
  if (!lua_isinteger(L, index) || lua_tointeger(L, index) < 200 || lua_tointeger(L, index) > 599) {
    fault_raise(L, SANDBOX_RESULT, "receive must return a status from 200 to 599 %s", place);
  }
  return (int)lua_tointeger(L, index);
}

static void take_json(lua_State *L, int index, sandbox_result *result) {
  sandbox *sb = sandbox_of(L);
  char problem[320];
  size_t before = sb->out.len;
  json_outcome outcome = json_write(L, index, ANSWER_MAX, problem, sizeof problem);
  if (outcome == JSON_TOO_LARGE) fault_raise(L, SANDBOX_OUTPUT, "the answer's body is %s", problem);
  if (outcome == JSON_UNWRITABLE) fault_raise(L, SANDBOX_RESULT, "the answer's body cannot be written as JSON: %s", problem);
  result->answer.len = sb->out.len - before;
  result->answer_is_json = true;
}

// Takes the body at `index`: a table becomes JSON, a string is sent as it is; it stands behind the events.
static void take_body(lua_State *L, int index, size_t most, sandbox_result *result) {
  size_t len;
  if (null_is(L, index)) return;
  result->answer.bytes = "";
  if (lua_istable(L, index)) {
    take_json(L, index, result);
    return;
  }
  if (!lua_isstring(L, index)) fault_raise(L, SANDBOX_RESULT, "the answer's body must be a string or a table, not a %s", luaL_typename(L, index));
  const char *bytes = lua_tolstring(L, index, &len);
  if (most < ANSWER_MAX) len = text_cut(bytes, len, most);
  if (len > most) fault_raise(L, SANDBOX_OUTPUT, "the answer's body is larger than %zu bytes", most);
  buffer_append(L, &sandbox_of(L)->out, bytes, len);
  result->answer.len = len;
}

// Takes one member; its value is on top of the stack.
static void take_one(lua_State *L, const char *name, sandbox_result *result) {
  if (strcmp(name, "status") == 0) {
    result->status = take_status(L, -1, "in its answer");
  } else if (strcmp(name, "body") == 0) {
    take_body(L, lua_gettop(L), ANSWER_MAX, result);
  } else if (strcmp(name, "content_type") == 0) {
    result->content_type = fields_take_content_type(L, ANSWER);
  } else if (strcmp(name, "headers") == 0) {
    fields_take_headers(L, ANSWER, result);
  } else {
    fault_raise(L, SANDBOX_RESULT, "unknown member '%.60s' of an answer; there are status, headers, content_type and body", name);
  }
}

// RFC 9110, 15.3.5, 15.3.6 and 15.4.5: a body of these would be read as the next answer.
static void check_body(lua_State *L, const sandbox_result *result) {
  bool has_none = result->status == 204 || result->status == 205 || result->status == 304;
  if (has_none && result->answer.len > 0) fault_raise(L, SANDBOX_RESULT, "an answer with status %d cannot have a body", result->status);
}

// Takes the answer at `index`, beside events; nil and null mean the usual one.
void answer_take(lua_State *L, int index, sandbox_result *result) {
  if (null_is(L, index)) return;
  if (!lua_istable(L, index)) fault_raise(L, SANDBOX_RESULT, "receive must return its answer as a table, not a %s", luaL_typename(L, index));
  result->has_answer = true;
  result->status = 200;
  fields_take(L, index, ANSWER, take_one, result);
  check_body(L, result);
}

// Takes what stands behind a nil, from `index` on: a status, and optionally a body and its media type.
void answer_take_refusal(lua_State *L, int index, sandbox_result *result) {
  if (null_is(L, index)) {
    fault_raise(L, SANDBOX_RESULT, "receive returned nothing: it must return events (an empty table for none), or nil, a status and a message");
  }
  result->verdict = SANDBOX_REJECTED;
  result->status = take_status(L, index, "after nil");
  take_body(L, index + 1, MESSAGE_WORDS_MAX, result);
  if (!null_is(L, index + 2)) {
    lua_pushvalue(L, index + 2);
    result->content_type = fields_take_content_type(L, ANSWER);
    lua_pop(L, 1);
  }
  check_body(L, result);
}
