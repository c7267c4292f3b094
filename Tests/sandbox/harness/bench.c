// What a call costs.
#include "harness.h"

int run_bench(void) {
  sandbox *sb = sandbox_new(&limits);
  sandbox_result result;
  int script = sandbox_compile(sb, "slack", slack_script, strlen(slack_script), &result);
  sandbox_input input = {.event = text_of(slack_event), .context = text_of(slack_context)};
  size_t most = 0, first = 0;
  const int rounds = 1000000;
  double begin = seconds();
  for (int i = 0; i < rounds; i++) {
    sandbox_run(sb, script, SANDBOX_STAGE, &input, &result);
    size_t used = sandbox_used_bytes(sb);
    if (used > most) most = used;
    if (i == 20000) first = most;
  }
  double spent = seconds() - begin;
  printf("slack script: %.2f us per call, interpreter at most %zu bytes (%zu after 20000 calls)\n", spent / rounds * 1e6, most, first);
  print_result(&result);
  begin = seconds();
  for (int i = 0; i < 1000; i++) sandbox_free(sandbox_new(&limits));
  printf("new sandbox: %.1f us\n", (seconds() - begin) * 1e3);
  begin = seconds();
  for (int i = 0; i < 10000; i++) sandbox_forget(sb, sandbox_compile(sb, "slack", slack_script, strlen(slack_script), &result));
  printf("compile: %.1f us\n", (seconds() - begin) * 1e2);
  sandbox_free(sb);
  return most > first * 2;
}
