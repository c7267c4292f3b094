// usage: harness PART ...
//   run SCRIPT [EVENT [CONTEXT]]   one call, printed
//   eval SCRIPT                    the string that the script's `transform` returns
//   bench                          the Slack script, microseconds per call
//   hostile DIR                    every script must fail as its first line says, and leave nothing behind
//   isolation DIR                  every script must give the same result again and again, and leave nothing behind
//   rotate                         compiles and forgets scripts, of which some are kept; memory must not grow
//   numbers                        numbers that a script did not change keep their digits
//   starve                         fails each allocation in turn, and collects garbage at each
//   fuzz ROUNDS SEED DIR           scripts, patterns and JSON made from pieces of the corpus
#include "harness.h"

static int run_one(int count, char **arguments) {
  sandbox *sb = sandbox_new(&limits);
  sandbox_result result;
  char *source = read_file(arguments[0]), *event = count > 1 ? read_file(arguments[1]) : NULL, *context = count > 2 ? read_file(arguments[2]) : NULL;
  if (source == NULL) return 2;
  call(sb, source, strlen(source), event ? event : slack_event, context ? context : slack_context, &result);
  print_result(&result);
  sandbox_free(sb);
  free(source);
  free(event);
  free(context);
  return result.verdict == SANDBOX_FAILED;
}

// Prints what `transform` of a script returns as a string, with limits that only runaway scripts meet.
static int evaluate(const char *path) {
  sandbox_limits large = {2000000000, 60000000000, 256u << 20, 64u << 20, 4096};
  sandbox *sb = sandbox_new(&large);
  sandbox_result result;
  char *source = read_file(path);
  if (source == NULL) return 2;
  call(sb, source, strlen(source), "{}", NULL, &result);
  int failed = result.verdict != SANDBOX_BYTES;
  if (failed) {
    print_result(&result);
  } else {
    fwrite(result.body.bytes, 1, result.body.len, stdout);
  }
  sandbox_free(sb);
  free(source);
  return failed;
}

int main(int count, char **arguments) {
  const char *part = count > 1 ? arguments[1] : "";
  if (count > 2 && strcmp(part, "eval") == 0) return evaluate(arguments[2]);
  if (count > 2 && strcmp(part, "run") == 0) return run_one(count - 2, arguments + 2);
  if (count > 2 && strcmp(part, "hostile") == 0) return run_hostile(arguments[2]);
  if (count > 2 && strcmp(part, "isolation") == 0) return run_isolation(arguments[2]);
  if (count > 4 && strcmp(part, "fuzz") == 0) return run_fuzz(atol(arguments[2]), strtoull(arguments[3], NULL, 10), arguments[4]);
  if (strcmp(part, "bench") == 0) return run_bench();
  if (strcmp(part, "rotate") == 0) return run_rotate();
  if (strcmp(part, "numbers") == 0) return run_numbers();
  if (strcmp(part, "starve") == 0) return run_starve();
  fprintf(stderr, "usage: harness run|eval|bench|hostile|isolation|rotate|numbers|starve|fuzz ...\n");
  return 2;
}
