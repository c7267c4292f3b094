// Scripts that attack: each must fail in its way and leave the sandbox as it was.
#include "harness.h"

static bool is_limit(const char *code) {
  static const char *const limits_reached[] = {"instructions", "cpu_time", "memory", "output"};
  for (size_t i = 0; i < sizeof limits_reached / sizeof *limits_reached; i++) {
    if (strcmp(code, limits_reached[i]) == 0) return true;
  }
  return false;
}

// Fails with the code and the words of its first line, in bounded CPU time.
static bool fails_as_expected(const script_case *c, const char *name, const sandbox_result *result) {
  const char *got = result->verdict == SANDBOX_FAILED ? code_name(result->fault.code) : "ok";
  char *message = strndup(result->fault.message.bytes ? result->fault.message.bytes : "", result->fault.message.len);
  bool good = (strcmp(got, c->code) == 0 || (strcmp(c->code, "limit") == 0 && is_limit(got))) && strstr(message, c->words) != NULL;
  printf("%s %-28s %-12s %6llu us %9zu bytes  %.100s\n", good ? "ok  " : "FAIL", name, got, (unsigned long long)result->cpu_ns / 1000,
         result->memory_bytes, message);
  free(message);
  if (result->cpu_ns <= CPU_NS_MAX) return good;
  printf("FAIL %s: used %llu us of CPU time\n", name, (unsigned long long)result->cpu_ns / 1000);
  return false;
}

static bool serves_the_next_call(sandbox *sb, const char *name, int slack, bool spent) {
  sandbox_result result;
  sandbox_input input = {.event = text_of(slack_event), .context = text_of(slack_context)};
  sandbox_run(sb, slack, SANDBOX_STAGE, &input, &result);
  if (result.verdict != SANDBOX_JSON) {
    printf("FAIL %s: the next call does not work: %.*s\n", name, (int)result.fault.message.len, result.fault.message.bytes);
    return false;
  }
  if (spent || sandbox_used_bytes(sb) <= (4u << 20)) return true;
  printf("FAIL %s: %zu bytes stay in use\n", name, sandbox_used_bytes(sb));
  return false;
}

static void check_hostile(const char *path, const char *name, void *data) {
  int *failed = data;
  script_case c;
  sandbox_result result;
  sandbox *sb = sandbox_new(&limits);
  int slack = sandbox_compile(sb, "slack", slack_script, strlen(slack_script), &result);
  bool good = case_load(&c, path);
  int script = case_compile(sb, &c, &result);
  uint64_t before = fingerprint(sb);
  if (script != 0) case_run(sb, &c, script, &result);
  good = fails_as_expected(&c, name, &result) && good;
  good = serves_the_next_call(sb, name, slack, sandbox_is_spent(sb)) && good;
  if (fingerprint(sb) != before) {
    printf("FAIL %s: something of the call is left\n", name);
    good = false;
  }
  sandbox_free(sb);
  case_free(&c);
  *failed += !good;
}

int run_hostile(const char *directory) {
  int failed = 0, count = each_script(directory, check_hostile, &failed);
  printf("%d hostile scripts, %d failed\n", count, failed);
  return failed > 0 || count == 0;
}

// A script that tries to leave something for later calls: it succeeds, always with the same result.
static void check_isolation(const char *path, const char *name, void *data) {
  int *failed = data;
  script_case c;
  sandbox_result result;
  char first[4096] = "";
  sandbox *sb = sandbox_new(&limits);
  int slack = sandbox_compile(sb, "slack", slack_script, strlen(slack_script), &result);
  bool good = case_load(&c, path);
  int script = case_compile(sb, &c, &result);
  uint64_t before = fingerprint(sb);
  for (int i = 0; i < 3 && good; i++) {
    if (script != 0) case_run(sb, &c, script, &result);
    good = result.verdict == SANDBOX_JSON && result.body.len < sizeof first;
    if (!good) break;
    if (i == 0) memcpy(first, result.body.bytes, result.body.len);
    good = strlen(first) == result.body.len && memcmp(first, result.body.bytes, result.body.len) == 0;
    good = good && strstr(first, c.words) != NULL;
  }
  printf("%s %-28s %s\n", good ? "ok  " : "FAIL", name, first);
  if (!good) print_result(&result);
  good = serves_the_next_call(sb, name, slack, false) && good;
  if (fingerprint(sb) != before) {
    printf("FAIL %s: something of the call is left\n", name);
    good = false;
  }
  sandbox_free(sb);
  case_free(&c);
  *failed += !good;
}

int run_isolation(const char *directory) {
  int failed = 0, count = each_script(directory, check_isolation, &failed);
  printf("%d scripts that try to leave something, %d failed\n", count, failed);
  return failed > 0 || count == 0;
}
