// What went wrong in a call: code, message, line and traceback, in memory of our own so that it can be told even when
// Lua has none left.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

#define TRACEBACK_LEVELS 16

void fault_clear(sandbox *sb) {
  memset(&sb->fault, 0, sizeof sb->fault);
  sb->message[0] = sb->traceback[0] = '\0';
}

// Appends to a fixed text, cutting what does not fit.
static void append(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void append(char *text, size_t size, const char *format, ...) {
  size_t len = strlen(text);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text + len, size - len, format, arguments);
  va_end(arguments);
}

static void describe_function(char *text, size_t size, const lua_Debug *ar) {
  if (*ar->namewhat != '\0') {
    append(text, size, "in %s '%s'", ar->namewhat, ar->name);
  } else if (*ar->what == 'm') {
    append(text, size, "in main chunk");
  } else if (*ar->what == 'C') {
    append(text, size, "in a library function");
  } else {
    append(text, size, "in function <%s:%d>", ar->short_src, ar->linedefined);
  }
}

// Writes the stack without asking Lua for memory, and finds the innermost line of the script.
static void record_stack(lua_State *L, sandbox *sb) {
  char *text = sb->traceback;
  lua_Debug ar;
  for (int level = 0; lua_getstack(L, level, &ar); level++) {
    if (level == TRACEBACK_LEVELS) {
      append(text, TRACEBACK_MAX, "\n\t...");
      return;
    }
    lua_getinfo(L, "Slnt", &ar);
    if (*ar.what == 'C' && *ar.namewhat == '\0') continue;  // Our own entry, or the message handler.
    append(text, TRACEBACK_MAX, *text == '\0' ? "\t" : "\n\t");
    if (ar.currentline > 0) append(text, TRACEBACK_MAX, "%s:%d: ", ar.short_src, ar.currentline);
    if (ar.currentline > 0 && sb->fault.line == 0) {
      sb->fault.line = ar.currentline;
      memcpy(sb->fault_chunk, ar.short_src, sizeof ar.short_src);
    }
    describe_function(text, TRACEBACK_MAX, &ar);
    if (ar.istailcall) append(text, TRACEBACK_MAX, "\n\t(...tail calls...)");
  }
}

static void finish_texts(sandbox *sb) {
  size_t len = strlen(sb->message);
  sb->fault.message = (sandbox_text){sb->message, text_cut(sb->message, len, MESSAGE_MAX - 1)};
  len = strlen(sb->traceback);
  sb->fault.traceback = (sandbox_text){sb->traceback, text_cut(sb->traceback, len, TRACEBACK_MAX - 1)};
}

// Records an error whose message already says where it happened. The first fault of a call is the one that is told.
void fault_record(lua_State *L, sandbox_code code, const char *message, size_t len) {
  sandbox *sb = sandbox_of(L);
  if (sb->fault.code != SANDBOX_OK) return;
  sb->fault.code = code;
  record_stack(L, sb);
  len = text_cut(message, len, MESSAGE_MAX - 1);
  for (size_t i = 0; i < len; i++) sb->message[i] = message[i] == '\0' ? ' ' : message[i];
  sb->message[len] = '\0';
  finish_texts(sb);
}

static void describe_limit(sandbox *sb, sandbox_code code, char *text, size_t size) {
  switch (code) {
    case SANDBOX_INSTRUCTIONS:
      append(text, size, "instruction limit of %llu reached", (unsigned long long)sb->limits.instructions);
      break;
    case SANDBOX_CPU_TIME:
      append(text, size, "CPU time limit of %llu ms reached", (unsigned long long)(sb->limits.cpu_ns / 1000000));
      break;
    case SANDBOX_MEMORY:
      append(text, size, sb->string_refused ? "string limit of %zu bytes reached" : "memory limit of %zu bytes reached",
             sb->string_refused ? allocator_string_max(sb) : sb->limits.memory_bytes);
      break;
    case SANDBOX_OK:
    case SANDBOX_COMPILE:
    case SANDBOX_RUNTIME:
    case SANDBOX_OUTPUT:
    case SANDBOX_RESULT:
      append(text, size, "script ended");
      break;
  }
}

// Records that a limit was reached where `L` stands now. It replaces an error that the script had caught before.
void fault_record_kill(lua_State *L, sandbox_code code) {
  sandbox *sb = sandbox_of(L);
  if (sb->fault.code == code) return;
  fault_clear(sb);
  sb->fault.code = code;
  record_stack(L, sb);
  // Lua unwinds the stack before it tells of a lack of memory; large blocks make hooks frequent, so this line is close.
  if (sb->fault.line == 0 && code == SANDBOX_MEMORY && sb->last_line > 0) {
    sb->fault.line = sb->last_line;
    memcpy(sb->fault_chunk, sb->last_chunk, sizeof sb->last_chunk);
  }
  if (sb->fault.line > 0) {
    append(sb->message, MESSAGE_MAX, "%s:%d: ", sb->fault_chunk, sb->fault.line);
  } else {
    append(sb->message, MESSAGE_MAX, "%s: ", sb->script_name);
  }
  describe_limit(sb, code, sb->message, MESSAGE_MAX);
  finish_texts(sb);
}

// Raises an error that the script cannot have caused by raising itself: a result that cannot be used.
_Noreturn void fault_raise(lua_State *L, sandbox_code code, const char *format, ...) {
  sandbox *sb = sandbox_of(L);
  char text[MESSAGE_MAX];
  int used = snprintf(text, sizeof text, "%s: ", sb->script_name);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text + used, sizeof text - (size_t)used, format, arguments);
  va_end(arguments);
  fault_clear(sb);
  fault_record(L, code, text, strlen(text));
  lua_pushlightuserdata(L, (void *)&tag_fault);
  lua_error(L);
  __builtin_unreachable();
}

static void record_error_value(lua_State *L) {
  char text[128];
  if (lua_type(L, 1) == LUA_TSTRING) {
    size_t len;
    const char *message = lua_tolstring(L, 1, &len);
    fault_record(L, SANDBOX_RUNTIME, message, len);
    return;
  }
  snprintf(text, sizeof text, "%s: error without a message (the error is a %s value)", sandbox_of(L)->script_name, luaL_typename(L, 1));
  fault_record(L, SANDBOX_RUNTIME, text, strlen(text));
}

// Message handler of the protected entry: tells the error while the stack that led to it still stands.
int fault_handler(lua_State *L) {
  sandbox *sb = sandbox_of(L);
  if (sb->killed == SANDBOX_OK && sb->fault.code == SANDBOX_OK) record_error_value(L);
  return 1;
}

// Lua unwinds before it tells; the last hook was not far from there.
static void record_stack_overflow(sandbox *sb) {
  sb->fault.code = SANDBOX_RUNTIME;
  if (sb->last_line > 0) {
    sb->fault.line = sb->last_line;
    append(sb->message, MESSAGE_MAX, "%s:%d: ", sb->last_chunk, sb->last_line);
  } else {
    append(sb->message, MESSAGE_MAX, "%s: ", sb->script_name);
  }
  append(sb->message, MESSAGE_MAX, "stack overflow: calls are nested too deeply");
  finish_texts(sb);
}

// After a protected call failed: makes sure that the fault has a code and a message.
void fault_finish(sandbox *sb, int status) {
  if (status == LUA_ERRMEM && sb->killed == SANDBOX_OK && sb->stack_refused) {
    record_stack_overflow(sb);
    return;
  }
  if (status == LUA_ERRMEM && sb->killed == SANDBOX_OK) sb->killed = SANDBOX_MEMORY;
  if (sb->killed != SANDBOX_OK) fault_record_kill(sb->L, sb->killed);
  if (sb->fault.code != SANDBOX_OK) return;
  sb->fault.code = SANDBOX_RUNTIME;
  append(sb->message, MESSAGE_MAX, "%s: error while handling an error", sb->script_name);
  finish_texts(sb);
}
