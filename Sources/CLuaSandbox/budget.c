// Instructions and CPU time of one call. A call that is over stays over: the error is raised again at every following
// instruction and after everything in our libraries that catches errors, so that no script can swallow it.
#include <string.h>
#include <time.h>

#include "internal.h"

#define INTERVAL_NORMAL 1000
// With strings this long around, one instruction (a comparison, a concatenation) may take a millisecond and more.
#define LARGE_BLOCK ((size_t)256 * 1024)
#define INTERVAL_LARGE 100
#define HUGE_BLOCK ((size_t)2 * 1024 * 1024)
#define INTERVAL_HUGE 5
// The same for what takes time by its length in one instruction: a long string that is read as a number (6 ns a byte) or compared
// (12 ns where the bytes are zeros), a stack whose slots are all moved again and again (see allocator.c).
#define STRING_BYTES_BETWEEN_HOOKS 2500000
#define INTERVAL_LARGE_STACK 50
#define VERY_LARGE_STACK ((size_t)64 * 1024)
#define INTERVAL_VERY_LARGE_STACK 3
// Garbage of a call up to which collecting during the call is not worth its time.
#define COLLECT_ABOVE ((size_t)2 * 1024 * 1024)

static uint64_t now_ns(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

// Elapsed time bounds CPU time from above and is cheap to read, so the thread's own clock is asked only once the former
// could mean that the limit is reached.
static bool is_over_time(sandbox *sb) {
  sb->unclocked = 0;
  uint64_t wall = now_ns(CLOCK_MONOTONIC);
  if (wall < sb->wall_deadline_ns) return false;
  uint64_t cpu = now_ns(CLOCK_THREAD_CPUTIME_ID) - sb->cpu_start_ns;
  if (cpu >= sb->limits.cpu_ns) return true;
  sb->wall_deadline_ns = wall + (sb->limits.cpu_ns - cpu);
  return false;
}

static void collect_if_needed(lua_State *L, sandbox *sb) {
  if (sb->collecting || sb->used < sb->start_used + COLLECT_ABOVE) return;
  sb->collecting = true;
  lua_gc(L, LUA_GCRESTART);
}

static void hook(lua_State *L, lua_Debug *ar) {
  sandbox *sb = sandbox_of(L);
  lua_getinfo(L, "Sl", ar);
  sb->last_line = ar->currentline;
  memcpy(sb->last_chunk, ar->short_src, sizeof ar->short_src);
  sb->steps_left -= lua_gethookcount(L);
  if (sb->killed != SANDBOX_OK) budget_kill(L, sb->killed);
  collect_if_needed(L, sb);
  if (lua_gethookcount(L) != sb->interval) budget_arm(sb, L, sb->interval);
  sb->unclocked += CLOCK_INTERVAL / 8;
  if (sb->steps_left < 0 || sb->unclocked >= CLOCK_INTERVAL || sb->interval != INTERVAL_NORMAL) budget_settle(L);
}

// Sets how many instructions a coroutine runs between two hooks. Lua allows this at any time, from signals even.
void budget_arm(sandbox *sb, lua_State *L, int interval) {
  sb->interval = interval;
  lua_sethook(L, hook, LUA_MASKCOUNT, interval);
}

void budget_start(sandbox *sb) {
  sb->killed = SANDBOX_OK;
  sb->running = sb->L;
  sb->steps_left = sb->limits.instructions > INT64_MAX ? INT64_MAX : (int64_t)sb->limits.instructions;
  sb->unclocked = 0;
  sb->churn = 0;
  sb->refused = sb->string_refused = sb->stack_refused = false;
  sb->longest_string = 0;
  sb->peak = sb->start_used = sb->used;
  sb->cap = sb->live + sb->limits.memory_bytes;
  sb->cpu_start_ns = now_ns(CLOCK_THREAD_CPUTIME_ID);
  sb->wall_deadline_ns = now_ns(CLOCK_MONOTONIC) + sb->limits.cpu_ns;
  sb->collecting = false;
  sb->last_line = -1;
  lua_gc(sb->L, LUA_GCSTOP);
  budget_arm(sb, sb->L, INTERVAL_NORMAL);
  if (sb->main_stack > 0) budget_note_stack(sb, sb->main_stack);
}

// Reports what the call used. Instructions are known in blocks of the hook's interval.
void budget_stop(sandbox *sb, sandbox_result *result) {
  int64_t limit = sb->limits.instructions > INT64_MAX ? INT64_MAX : (int64_t)sb->limits.instructions;
  int64_t used = limit - sb->steps_left;
  result->instructions = used > limit ? (uint64_t)limit : (uint64_t)used;
  result->cpu_ns = now_ns(CLOCK_THREAD_CPUTIME_ID) - sb->cpu_start_ns;
  result->memory_bytes = sb->peak - sb->start_used;
  sb->cap = SIZE_MAX;
}

// Lets hooks be at most `interval` instructions apart for the rest of the call, and looks at the clock. For the allocator: it must
// not raise, so the next instruction is made to.
static void tighten(sandbox *sb, int interval) {
  if (sb->killed == SANDBOX_OK && is_over_time(sb)) sb->killed = SANDBOX_CPU_TIME;
  if (sb->killed != SANDBOX_OK) interval = 1;
  if (interval < sb->interval && sb->running != NULL) budget_arm(sb, sb->running, interval);
}

// Called by the allocator once in a while.
void budget_note_block(sandbox *sb, size_t size) {
  tighten(sb, size >= HUGE_BLOCK ? INTERVAL_HUGE : size >= LARGE_BLOCK ? INTERVAL_LARGE : INTERVAL_NORMAL);
}

// Called for every string that is long.
void budget_note_string(sandbox *sb, size_t size) {
  if (size > sb->longest_string) sb->longest_string = size;
  tighten(sb, size < STRING_BYTES_BETWEEN_HOOKS ? (int)(STRING_BYTES_BETWEEN_HOOKS / size) : 1);
}

// Called for every stack that is to become large.
void budget_note_stack(sandbox *sb, size_t size) {
  if (sb->running == sb->L && size > sb->main_stack) sb->main_stack = size;
  tighten(sb, size >= VERY_LARGE_STACK ? INTERVAL_VERY_LARGE_STACK : INTERVAL_LARGE_STACK);
}

// Called by the allocator when the cap is reached. Lua collects all garbage after the first refusal and asks once more;
// a second one means that the memory is really in use. Many near misses are stopped by the clock. Lua may be in the middle
// of moving a stack, so where the script stands cannot be asked here.
void budget_note_refusal(sandbox *sb) {
  if (sb->killed == SANDBOX_OK) {
    if (sb->refused) sb->killed = SANDBOX_MEMORY;
    if (is_over_time(sb)) sb->killed = SANDBOX_CPU_TIME;
  }
  sb->refused = true;
  if (sb->killed == SANDBOX_OK || sb->running == NULL) return;
  if (sb->interval != 1) budget_arm(sb, sb->running, 1);
}

// The slow half of `budget_charge`: ends the call if a limit is reached.
void budget_settle(lua_State *L) {
  sandbox *sb = sandbox_of(L);
  if (sb->killed != SANDBOX_OK) budget_kill(L, sb->killed);
  if (sb->steps_left < 0) budget_kill(L, SANDBOX_INSTRUCTIONS);
  if (is_over_time(sb)) budget_kill(L, SANDBOX_CPU_TIME);
}

_Noreturn void budget_kill(lua_State *L, sandbox_code code) {
  sandbox *sb = sandbox_of(L);
  sb->killed = code;
  fault_record_kill(L, code);
  budget_arm(sb, L, 1);
  lua_pushlightuserdata(L, (void *)&tag_fault);
  lua_error(L);
  __builtin_unreachable();
}
