// Compiles and forgets scripts, of which some are kept; memory must not grow.
#include "harness.h"

#define ROTATED 300
#define KEPT 256
#define ROTATIONS 20000
#define ROTATION_MAX (16u << 20)  // Twice what the kept scripts hold, and room.

// A script of some kilobytes that is like no other.
static size_t make_script(char *out, int number) {
  size_t len = (size_t)sprintf(out, "function filter() return true end\nfunction unused() local t = {}\n");
  for (int i = 0; i < 100; i++) len += (size_t)sprintf(out + len, "t.key%d_%d = 'value %d of %d'\n", i, number, i, number);
  return len + (size_t)sprintf(out + len, "end\n");
}

// What a worker does whose cache is a little too small for its webhooks.
int run_rotate(void) {
  static char source[16384];
  static int handles[KEPT];
  sandbox *sb = sandbox_new(&limits);
  sandbox_result result;
  sandbox_input input = {.event = text_of(slack_event)};
  size_t most = 0;
  for (int i = 0; i < ROTATIONS; i++) {
    sandbox_forget(sb, handles[i % KEPT]);
    handles[i % KEPT] = sandbox_compile(sb, "script", source, make_script(source, i % ROTATED), &result);
    if (handles[i % KEPT] == 0) return 1;
    sandbox_run(sb, handles[i % KEPT], SANDBOX_STAGE, &input, &result);
    if (result.verdict != SANDBOX_UNTOUCHED) return 1;
    if (sandbox_used_bytes(sb) > most) most = sandbox_used_bytes(sb);
  }
  for (int i = 0; i < KEPT; i++) sandbox_forget(sb, handles[i]);
  printf("%d scripts compiled in turn: at most %zu bytes, %zu when all are forgotten\n", ROTATIONS, most, sandbox_used_bytes(sb));
  bool good = most < ROTATION_MAX && sandbox_used_bytes(sb) < (4u << 20);
  sandbox_free(sb);
  return !good;
}
