// One Lua interpreter for scripts of strangers: capped memory, counted instructions, measured CPU time, no ambient authority.
//
// A sandbox belongs to one thread at a time. No function declared here raises or jumps: Lua errors come back as values.
#ifndef LUA_SANDBOX_H
#define LUA_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// An interpreter with its compiled scripts.
typedef struct sandbox sandbox;

/// What one call may use.
typedef struct {
  uint64_t instructions;  ///< Lua instructions, and steps of library functions that loop.
  uint64_t cpu_ns;        ///< CPU time of the calling thread.
  size_t memory_bytes;    ///< Memory on top of what the idle interpreter holds.
  size_t output_bytes;    ///< Body of the result, and each text made by `json.encode`.
  size_t log_bytes;       ///< What is kept of `print` and `log` lines.
} sandbox_limits;

/// Why a call failed.
typedef enum {
  SANDBOX_OK = 0,
  SANDBOX_COMPILE,       ///< The source is not a Lua text chunk.
  SANDBOX_RUNTIME,       ///< The script raised an error.
  SANDBOX_INSTRUCTIONS,  ///< The instruction limit was reached.
  SANDBOX_CPU_TIME,      ///< The CPU time limit was reached.
  SANDBOX_MEMORY,        ///< The memory limit was reached.
  SANDBOX_OUTPUT,        ///< The result is larger than allowed.
  SANDBOX_RESULT         ///< The script, or one of its functions, returned what cannot be used.
} sandbox_code;

/// Bytes that stay valid until the next call on the same sandbox; `bytes` is null when there is nothing.
typedef struct {
  const char *bytes;
  size_t len;
} sandbox_text;

/// One header of the request that the script asked for.
typedef struct {
  sandbox_text name;
  sandbox_text value;
} sandbox_header;

/// How a call ended.
typedef enum {
  SANDBOX_UNTOUCHED,  ///< Go on with the bytes that came in.
  SANDBOX_JSON,       ///< `body` is JSON made from a table.
  SANDBOX_BYTES,      ///< `body` is the string that the script returned.
  SANDBOX_DROPPED,    ///< `body` is the reason.
  SANDBOX_JUDGED,     ///< `body` is the judgement, empty when the status decides; `reason` may say why.
  SANDBOX_REJECTED,   ///< No events, but an answer.
  SANDBOX_FAILED      ///< See `fault`.
} sandbox_verdict;

/// An error with the place where it was raised.
typedef struct {
  sandbox_code code;
  int line;  ///< Line in the script, from 1; 0 when unknown.
  sandbox_text message;
  sandbox_text traceback;
} sandbox_fault;

/// Everything that a call produced.
typedef struct {
  sandbox_verdict verdict;
  sandbox_text body;
  sandbox_text method;
  sandbox_text url;
  sandbox_text content_type;
  const sandbox_header *headers;
  size_t header_count;
  sandbox_text reason;
  bool has_answer;       ///< Beside events: whether the sender is told more than that they were taken.
  int status;            ///< Of the answer, as are headers, content type and what follows.
  sandbox_text answer;   ///< Its body; null for none.
  bool answer_is_json;   ///< Made from a table.
  sandbox_text log;
  sandbox_fault fault;
  uint64_t instructions;
  uint64_t cpu_ns;
  size_t memory_bytes;
} sandbox_result;

/// What a script is asked for.
typedef enum {
  SANDBOX_STAGE,     ///< `filter` and `transform`, on an event.
  SANDBOX_RESPONSE,  ///< `response`, on the answer to a delivery.
  SANDBOX_RECEIVE,   ///< `receive`, on a request.
  SANDBOX_FILTER,    ///< `filter` alone, on an event.
  SANDBOX_BATCH      ///< `transform_batch`, on an array of events.
} sandbox_entry;

/// What a script is given: JSON texts, and the bytes of a request's body.
typedef struct {
  sandbox_text event;     ///< First argument: the event, the answer or the request.
  sandbox_text original;  ///< `ctx.event`; null when it is the same as `event` (of a stage, a filter or a batch) or when there is none.
  sandbox_text context;   ///< Object whose members become those of `ctx`; null for none.
  sandbox_text body;      ///< `request.body`, any bytes; null for none, or when it is a member of the request.
  sandbox_text json;      ///< What `request.json` is read from, in canonical form; null when the body is not JSON.
} sandbox_input;

/// A part of a plugin that its script loads with `require`.
typedef struct {
  const char *name;     ///< What `require` calls it: `slack.blocks`.
  const char *chunk;    ///< What errors call it: `slack/blocks.lua`.
  sandbox_text source;  ///< Lua text.
} sandbox_module;

/// Makes an interpreter; null when memory is short.
sandbox *sandbox_new(const sandbox_limits *limits);

/// Ends an interpreter and gives all its memory back.
void sandbox_free(sandbox *sb);

/// Compiles a text chunk. Returns its handle (above 0), or 0 with the reason in `result->fault`.
int sandbox_compile(sandbox *sb, const char *name, const char *source, size_t len, sandbox_result *result);

/// Compiles a plugin: a script that may `require` its modules. They are compiled now and run in each call that asks for them, in
/// its environment and under its limits. Returns a handle as `sandbox_compile` does; the fault names the module that is wrong.
int sandbox_compile_plugin(sandbox *sb, const char *name, sandbox_text source, const sandbox_module *modules, size_t count, sandbox_result *result);

/// Drops a compiled script with its modules. Handles that are not above 0 are ignored.
void sandbox_forget(sandbox *sb, int script);

/// Bytes that a compiled script and its modules took, what the compiler left behind included.
size_t sandbox_script_bytes(const sandbox *sb, int script);

/// Runs a script's top level and sees that it defines what the entry runs, without an event.
void sandbox_check(sandbox *sb, int script, sandbox_entry entry, sandbox_result *result);

/// Runs a script's top level. The result is JSON: the members of the table that it returns, functions left out, and their names,
/// sorted, as an array `functions`.
void sandbox_describe(sandbox *sb, int script, sandbox_result *result);

/// Runs the functions that an entry asks for, in a fresh environment.
///
/// A stage, a filter and a batch end untouched, as JSON, as bytes or dropped (a filter never with a body); a response judged; a receive as the JSON array of events, perhaps with an answer,
/// or rejected.
void sandbox_run(sandbox *sb, int script, sandbox_entry entry, const sandbox_input *input, sandbox_result *result);

/// The declarations of the host library as a JSON array: name, summary, parameters, returns and examples of each function. Valid until
/// the next call on the sandbox; without bytes when memory is short.
sandbox_text sandbox_library_json(sandbox *sb);

/// Bytes that the interpreter and its scripts hold now.
size_t sandbox_used_bytes(const sandbox *sb);

/// True after a call that needed so much memory that the sandbox should be replaced, so that the memory returns.
bool sandbox_is_spent(const sandbox *sb);

/// For tests: makes the allocation after `count` more fail, and all that follow; a negative count ends this.
void sandbox_fail_allocations_after(sandbox *sb, int64_t count);

/// For tests: refuses each allocation once, so that Lua collects all garbage before it asks again.
void sandbox_collect_at_each_allocation(sandbox *sb, bool on);

#endif
