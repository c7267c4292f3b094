// What the parts of the sandbox share. Nothing here is visible outside this module.
#ifndef SANDBOX_INTERNAL_H
#define SANDBOX_INTERNAL_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "lua_sandbox.h"

#define MESSAGE_MAX 2048
#define TRACEBACK_MAX 2048
#define HEADERS_MAX 64
// All that headers and other fields of a message may hold together.
#define FIELDS_MAX ((size_t)64 * 1024)
#define JSON_DEPTH_MAX 128
#define CHUNK_NAME_MAX 64

// A growing block of plain memory that outlives a call, so that most calls allocate nothing for their output.
typedef struct {
  char *bytes;
  size_t len;
  size_t capacity;
} byte_buffer;

typedef struct free_block free_block;
typedef struct pool_chunk pool_chunk;

#define POOL_STEP 16
#define POOL_LARGEST 512
#define POOL_CLASSES (POOL_LARGEST / POOL_STEP)

// The JSON texts that tables of this call may have come from.
enum { DOCUMENT_EVENT, DOCUMENT_ORIGINAL, DOCUMENT_CONTEXT, DOCUMENT_BODY, DOCUMENT_COUNT };

// Library functions of Lua that are safe once their work has been charged; see string_library.c.
typedef struct {
  lua_CFunction lower, upper, reverse, sub, byte, chars, format, pack, packsize, unpack;
  lua_CFunction math_max, math_min;
  lua_CFunction utf8_len, utf8_offset, utf8_codepoint, utf8_codes, utf8_char;
} borrowed_functions;

typedef struct {
  size_t bytes;
  size_t longest_string;  // That the compiler made: with long strings around, the clock is watched more closely.
} script_record;

struct sandbox {
  lua_State *L;
  lua_State *running;  // The coroutine that runs now, L when none does.
  int closing;         // Coroutines whose variables are being closed.
  sandbox_limits limits;

  // Memory (allocator.c).
  size_t used;          // Bytes that Lua holds.
  size_t cap;           // Bytes that Lua may hold.
  size_t peak;          // Most that Lua held in this call.
  size_t live;          // Bytes held after the last full collection, and those of scripts compiled since.
  size_t forgotten;     // Bytes of `live` that scripts held which have been dropped since.
  script_record *scripts;  // What each compiled script holds, by handle.
  int script_slots;
  size_t start_used;    // Bytes held when this call began.
  size_t churn;         // Bytes handed out since the clock was last read.
  bool refused;         // The last request for more was refused.
  bool made_userdata;   // The last new block was one.
  bool string_refused;  // A string was to be longer than one may be.
  bool stack_refused;   // A stack asked for more than it may have.
  size_t main_stack;    // Size of the main stack where it is large; it stays so until all garbage is collected.
  size_t longest_string;  // Made in this call.
  bool spent;
  int64_t fail_after;   // For tests; negative: never fail.
  bool collects_always; // For tests: every request is refused once.
  bool asked_before;
  free_block *free_blocks[POOL_CLASSES];
  pool_chunk *chunks;
  char *chunk_next, *chunk_end;

  // Budget (budget.c).
  sandbox_code killed;   // Not SANDBOX_OK: the call is over, whatever the script does.
  bool collecting;       // The incremental collector is on.
  int interval;          // Instructions between two hooks.
  int last_line;         // Where the script stood at the last hook; -1: unknown.
  char last_chunk[CHUNK_NAME_MAX];
  int64_t steps_left;
  int64_t unclocked;     // Steps since the clock was last read.
  uint64_t wall_deadline_ns, cpu_start_ns;

  // Fault (fault.c).
  sandbox_fault fault;
  char script_name[CHUNK_NAME_MAX];
  char fault_chunk[CHUNK_NAME_MAX];  // The chunk that the fault's line is in.
  char message[MESSAGE_MAX];
  char traceback[TRACEBACK_MAX];

  // Values of this call.
  sandbox_text documents[DOCUMENT_COUNT];
  sandbox_text body;  // Of the request, as it came.
  byte_buffer out;
  byte_buffer log;
  bool log_full;
  byte_buffer fields;
  byte_buffer scratch;
  sandbox_header headers[HEADERS_MAX];
  lua_Integer next_position;  // Where `next` stands in its snapshot (keys.c).

  // Tables that never move, to compare metatables by address.
  const void *array_metatable;
  const void *context_metatable;
  const void *context_event_metatable;
  const void *request_metatable;
  borrowed_functions borrowed;
};

static inline sandbox *sandbox_of(lua_State *L) { return *(sandbox **)lua_getextraspace(L); }

// Registry slots that the sandbox owns: address of the member is the key.
extern const char key_environment_metatable, key_array_metatable, key_context_metatable, key_context_event_metatable,
    key_request_metatable, key_next_table, key_next_keys;
// Addresses used as light userdata: values that no script can make.
extern const char tag_null, tag_shape, tag_frozen, tag_fault;

// allocator.c
void *allocator_allocate(void *ud, void *block, size_t old_size, size_t new_size);
void allocator_release_all(sandbox *sb);
size_t allocator_string_max(const sandbox *sb);
void allocator_reserve(lua_State *L, size_t bytes);
// Room for a list of so many elements: an even number, for an odd one may be taken for a stack.
static inline int allocator_list_slots(size_t count) { return count < INT32_MAX - 1 ? (int)(count + count % 2) : 0; }

// budget.c
#define CLOCK_INTERVAL 8192
#define LONG_STRING ((size_t)16 * 1024)
#define LARGE_STACK ((size_t)16 * 1024)
// Values that a function may put onto a stack at once.
#define RESULTS_MAX 8000
void budget_start(sandbox *sb);
void budget_stop(sandbox *sb, sandbox_result *result);
void budget_arm(sandbox *sb, lua_State *L, int interval);
void budget_note_block(sandbox *sb, size_t size);
void budget_note_string(sandbox *sb, size_t size);
void budget_note_stack(sandbox *sb, size_t size);
void budget_note_refusal(sandbox *sb);
void budget_settle(lua_State *L);
_Noreturn void budget_kill(lua_State *L, sandbox_code code);
// Ends the call again if it was over: after everything that catches errors.
static inline void budget_rethrow(lua_State *L) {
  sandbox *sb = sandbox_of(L);
  if (sb->killed != SANDBOX_OK) budget_kill(L, sb->killed);
}
// Takes `steps` from the budget of instructions.
static inline void budget_charge(lua_State *L, uint64_t steps) {
  sandbox *sb = sandbox_of(L);
  int64_t bounded = steps > (uint64_t)1 << 62 ? (int64_t)1 << 62 : (int64_t)steps;
  sb->steps_left -= bounded;
  sb->unclocked += bounded;
  if (sb->steps_left < 0 || sb->unclocked > CLOCK_INTERVAL || sb->killed != SANDBOX_OK) budget_settle(L);
}

// fault.c
void fault_clear(sandbox *sb);
void fault_record(lua_State *L, sandbox_code code, const char *message, size_t len);
void fault_record_kill(lua_State *L, sandbox_code code);
void fault_finish(sandbox *sb, int status);
int fault_handler(lua_State *L);
_Noreturn void fault_raise(lua_State *L, sandbox_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));

// buffer.c
void buffer_append(lua_State *L, byte_buffer *b, const char *bytes, size_t len);
void buffer_reserve(lua_State *L, byte_buffer *b, size_t more);
void buffer_trim(byte_buffer *b, size_t keep);
// A string under construction, in Lua's memory; `slot` is the stack index that anchors it.
typedef struct {
  lua_State *L;
  char *bytes;
  size_t len, capacity;
  int slot;
  char initial[512];
} string_builder;
void builder_start(lua_State *L, string_builder *b);
void builder_add(string_builder *b, const char *bytes, size_t len);
void builder_push(string_builder *b);

// text.c
size_t text_sequence_length(const unsigned char *s, size_t left);
size_t text_encode(uint32_t c, char *out);
bool text_is_utf8(const char *bytes, size_t len);
size_t text_cut(const char *bytes, size_t len, size_t limit);
void text_push_display(lua_State *L, int index);

// number.c
#define NUMBER_MAX 40
size_t number_write_integer(lua_Integer value, char *out);
size_t number_write_double(double value, char *out);

// json_read.c
#define DOCUMENT_NONE (-1)
bool json_push(lua_State *L, sandbox_text text, int document, char *problem, size_t problem_size);
typedef struct {
  const char *start, *at;
  const char *value;  // Text of the value whose key was pushed last.
} key_walker;
bool key_walker_start(lua_State *L, int table, key_walker *walker);
bool key_walker_push_next(lua_State *L, key_walker *walker);
typedef struct {
  const char *at;  // Null: there is no such text.
  lua_Integer position;
} item_walker;
void item_walker_start(item_walker *walker, const char *source);
const char *item_walker_seek(lua_State *L, item_walker *walker, lua_Integer position);
size_t source_number(lua_State *L, const char **source, lua_Number value);

// json_write.c
typedef enum { JSON_WRITTEN, JSON_UNWRITABLE, JSON_TOO_LARGE } json_outcome;
json_outcome json_write(lua_State *L, int index, size_t limit, char *problem, size_t problem_size);
void json_mark(lua_State *L, int index, bool array);

// keys.c
typedef enum { KEY_INTEGER, KEY_FLOAT, KEY_INDEX, KEY_STRING, KEY_BOOLEAN, KEY_OTHER } key_kind;
typedef struct {
  key_kind kind;
  uint32_t rank;  // Where the value is in the JSON text that the table came from; UINT32_MAX: not there.
  union {
    lua_Integer integer;
    lua_Number number;
  } as;
  const char *text;
  size_t len;
} table_key;
table_key *keys_push_sorted(lua_State *L, int table, size_t *count);
bool keys_is_hidden(lua_State *L, int index);
int keys_pairs(lua_State *L);
int keys_next(lua_State *L);

// entry.c
typedef enum { PURPOSE_RUN, PURPOSE_CHECK, PURPOSE_DESCRIBE } call_purpose;
typedef struct {
  call_purpose purpose;
  int script;
  sandbox_entry entry;
  sandbox_result *result;
  const char *name;  // For compiling, as what follows.
  sandbox_text source;
  bool is_plugin;
  const sandbox_module *modules;
  size_t module_count;
} sandbox_call;
void entry_begin(sandbox *sb, sandbox_result *result);
int entry_enter(sandbox *sb, lua_CFunction function, sandbox_call *call);
void entry_finish(sandbox *sb, int status, sandbox_result *result);
void entry_collect(sandbox *sb);

// call.c
int call_protected(lua_State *L);

// null.c
void null_open(lua_State *L);
bool null_is(lua_State *L, int index);

// modules.c
void modules_open(lua_State *L);
void modules_offer(lua_State *L, int plugin, int environment);
void modules_drop_environment(lua_State *L, int plugin);

// context.c
void context_open(lua_State *L);
void context_push(lua_State *L);
void context_force(lua_State *L, int index);
const void *context_open_metatable(lua_State *L, lua_CFunction read, const char *key);

// request.c
void request_open(lua_State *L);
void request_mark(lua_State *L);
void request_read(lua_State *L, int request);

// fields.c
typedef void (*field_taker)(lua_State *L, const char *name, sandbox_result *result);
sandbox_text fields_keep(lua_State *L, const char *of, const char *bytes, size_t len);
bool fields_is_token(const char *s, size_t len);
const char *fields_check_string(lua_State *L, const char *of, const char *what, size_t *len);
sandbox_text fields_take_content_type(lua_State *L, const char *of);
void fields_take_headers(lua_State *L, const char *of, sandbox_result *result);
void fields_take(lua_State *L, int index, const char *of, field_taker take, sandbox_result *result);

// overrides.c
void overrides_take(lua_State *L, int index, sandbox_result *result);

// answer.c
void answer_take(lua_State *L, int index, sandbox_result *result);
void answer_take_refusal(lua_State *L, int index, sandbox_result *result);

// Libraries: each fills the table on top of the stack, or the globals.
void base_library_open(lua_State *L, int globals);
void coroutine_library_open(lua_State *L, int globals);
void string_library_open(lua_State *L, int globals);
void table_library_open(lua_State *L, int globals);
void json_library_open(lua_State *L, int globals);
void host_library_open(lua_State *L, int globals);
// library.c
void library_freeze(lua_State *L, int globals, const char *name);
bool library_is_frozen(lua_State *L, int index);
void library_open_all(lua_State *L);
int string_rep(lua_State *L);
void string_charge_arguments(lua_State *L);
int sort_table(lua_State *L);
int pattern_find(lua_State *L);
int pattern_match(lua_State *L);
int pattern_gmatch(lua_State *L);
int pattern_gsub(lua_State *L);

#endif
