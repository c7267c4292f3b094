// Drives the host library without Swift, so that sanitizers see all of it.
//   library declarations       the declarations as JSON
//   library examples           every example must give the result that it states
//   library rules FILE...      every check in scripts such as rules/time.lua must hold; check.lua stands before each
//   library starve [FILE...]   fails each allocation in turn, for every example and script
//   library flat               many calls of every example; memory must not grow
//   library cost               what a sandbox costs: milliseconds to make, bytes when idle
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lua_sandbox.h"

static const sandbox_limits limits = {50000000, UINT64_MAX, 64u << 20, 8u << 20, 4096};

// The examples as a Lua list of {name, code, result, log}, made from the declarations by a script.
static const char list_script[] =
    "function transform(declarations)\n"
    "  local out = json.array()\n"
    "  for _, d in ipairs(declarations) do\n"
    "    for _, e in ipairs(d.example) do out[#out + 1] = { d.name, e.code, e.result or 'nil', e.log or '' } end\n"
    "  end\n"
    "  return out\n"
    "end\n";

// Compares all results, tables by their contents. The example is put in by the harness.
static const char check_script[] =
    "local function same(a, b)\n"
    "  if type(a) ~= 'table' or type(b) ~= 'table' then return a == b and math.type(a) == math.type(b) end\n"
    "  for k, v in pairs(a) do if not same(v, b[k]) then return false end end\n"
    "  for k in pairs(b) do if a[k] == nil then return false end end\n"
    "  return true\n"
    "end\n"
    "local function call() return table.pack(%s\n) end\n"
    "function transform()\n"
    "  local got, stated = call(), table.pack(%s)\n"
    "  if got.n == 0 then got.n, stated.n = nil, nil end\n"
    "  if same(got, stated) then return 'same' end\n"
    "  for i = 1, got.n or 0 do if type(got[i]) == 'table' then got[i] = json.encode(got[i]) end got[i] = tostring(got[i]) end\n"
    "  return table.concat(got, ', ')\n"
    "end\n";

#define EXAMPLES_MAX 400
typedef struct {
  char *name, *code, *result, *log;
} example;
static example examples[EXAMPLES_MAX];
static int example_count;

static sandbox_text text_of(const char *s) { return (sandbox_text){s, s == NULL ? 0 : strlen(s)}; }

static char *read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) return NULL;
  char *bytes = calloc(1, 1 << 17);
  size_t size = fread(bytes, 1, (1 << 17) - 1, file);
  fclose(file);
  if (size > 0) return bytes;
  free(bytes);
  return NULL;
}

// Compiles a file of rules/ with check.lua before it, on one line and without its comment, so that lines keep their numbers.
static int compile_rules(sandbox *sb, const char *path, sandbox_result *result) {
  char *check = read_file("check.lua"), *rules = read_file(path);
  int script = 0;
  if (check != NULL && rules != NULL) {
    for (char *at = check; *at != '\0'; at++) {
      if (*at == '\n') *at = ' ';
    }
    const char *begin = strstr(check, "local ");
    size_t len = strlen(begin) + strlen(rules);
    char *source = malloc(len + 1);
    strcpy(source, begin);
    strcat(source, rules);
    const char *name = strrchr(path, '/');
    script = sandbox_compile(sb, name == NULL ? path : name + 1, source, len, result);
    free(source);
  }
  free(check);
  free(rules);
  return script;
}

// Takes a string off a JSON text: the one of these lists, which holds no escapes but those below.
static char *take_string(const char **at) {
  const char *s = strchr(*at, '"') + 1;
  char *out = malloc(strlen(s) + 1), *to = out;
  for (; *s != '"'; s++) {
    if (*s != '\\') {
      *to++ = *s;
      continue;
    }
    s++;
    *to++ = *s == 'n' ? '\n' : *s == 't' ? '\t' : *s;
  }
  *to = '\0';
  *at = s + 1;
  return out;
}

static bool read_examples(sandbox *sb) {
  sandbox_result result;
  sandbox_text declarations = sandbox_library_json(sb);
  if (declarations.bytes == NULL) return false;
  char *copy = strndup(declarations.bytes, declarations.len);
  int script = sandbox_compile(sb, "list", list_script, sizeof list_script - 1, &result);
  sandbox_input input = {.event = text_of(copy)};
  sandbox_run(sb, script, SANDBOX_STAGE, &input, &result);
  bool good = result.verdict == SANDBOX_JSON;
  if (!good) printf("%.*s\n", (int)result.fault.message.len, result.fault.message.bytes);
  char *list = good ? strndup(result.body.bytes, result.body.len) : strdup("");
  for (const char *at = list; example_count < EXAMPLES_MAX && strchr(at, '"') != NULL; example_count++) {
    example *e = &examples[example_count];
    e->name = take_string(&at);
    e->code = take_string(&at);
    e->result = take_string(&at);
    e->log = take_string(&at);
  }
  free(copy);
  free(list);
  sandbox_forget(sb, script);
  return good && example_count > 0 && example_count < EXAMPLES_MAX;
}

static int compile_example(sandbox *sb, const example *e, sandbox_result *result) {
  static char source[16384];
  int len = snprintf(source, sizeof source, check_script, e->code, e->result);
  return sandbox_compile(sb, e->name, source, (size_t)len, result);
}

static bool is_as_stated(const example *e, const sandbox_result *r) {
  size_t log_len = strlen(e->log);
  return r->verdict == SANDBOX_BYTES && r->body.len == 4 && memcmp(r->body.bytes, "same", 4) == 0 && r->log.len == log_len &&
         (log_len == 0 || memcmp(r->log.bytes, e->log, log_len) == 0);
}

static const sandbox_input no_event = {.event = {"{}", 2}};

static int check_examples(sandbox *sb) {
  int failed = 0;
  for (int i = 0; i < example_count; i++) {
    sandbox_result result;
    int script = compile_example(sb, &examples[i], &result);
    if (script > 0) sandbox_run(sb, script, SANDBOX_STAGE, &no_event, &result);
    sandbox_forget(sb, script);
    if (script > 0 && is_as_stated(&examples[i], &result)) continue;
    failed++;
    sandbox_text said = result.verdict == SANDBOX_FAILED || script == 0 ? result.fault.message : result.body;
    printf("FAIL %s\n  %s\n  stated: %s%s\n  gave:   %.*s%.*s\n", examples[i].name, examples[i].code, examples[i].result, examples[i].log, (int)said.len, said.bytes,
           (int)result.log.len, result.log.len > 0 ? result.log.bytes : "");
  }
  printf("%d examples of the host library, %d failed\n", example_count, failed);
  return failed > 0;
}

static const example no_log = {.log = ""};

static int check_rules(sandbox *sb, int count, char **paths) {
  int failed = 0;
  for (int i = 0; i < count; i++) {
    sandbox_result result = {0};
    int script = compile_rules(sb, paths[i], &result);
    if (script > 0) sandbox_run(sb, script, SANDBOX_STAGE, &no_event, &result);
    if (script > 0 && is_as_stated(&no_log, &result)) continue;
    failed++;
    sandbox_text said = script == 0 || result.verdict == SANDBOX_FAILED ? result.fault.message : result.body;
    printf("FAIL %s\n%.*s\n", paths[i], (int)said.len, said.len > 0 ? said.bytes : "");
  }
  printf("%d files of rules, %d failed\n", count, failed);
  return failed > 0;
}

// Fails each allocation of a script in turn, and some of a long one: a call without memory fails as such, and works afterwards.
static long starve_script(sandbox *sb, int script, const example *e, const char *name) {
  long failures = 0;
  for (int64_t n = 0; n < 1000000; n += 1 + n / 256) {
    sandbox_result result;
    sandbox_fail_allocations_after(sb, n);
    sandbox_run(sb, script, SANDBOX_STAGE, &no_event, &result);
    sandbox_fail_allocations_after(sb, -1);
    if (is_as_stated(e, &result)) return failures;
    failures++;
    if (result.verdict == SANDBOX_FAILED && result.fault.message.len == 0) break;
  }
  printf("FAIL %s after %ld failures\n", name, failures);
  return -1;
}

static int starve(int count, char **paths) {
  long failures = 0;
  for (int i = 0; i < example_count + count; i++) {
    sandbox *sb = sandbox_new(&limits);
    sandbox_result result;
    bool is_example = i < example_count;
    int script = is_example ? compile_example(sb, &examples[i], &result) : compile_rules(sb, paths[i - example_count], &result);
    long failed = script == 0 ? -1 : starve_script(sb, script, is_example ? &examples[i] : &no_log, is_example ? examples[i].name : paths[i - example_count]);
    sandbox_free(sb);
    if (failed < 0) return 1;
    failures += failed;
  }
  // Scripts cannot ask for the declarations, so some of these allocations are enough.
  sandbox *sb = sandbox_new(&limits);
  for (int64_t n = 0;; n += 1 + n / 16) {
    sandbox_fail_allocations_after(sb, n);
    bool done = sandbox_library_json(sb).bytes != NULL;
    sandbox_fail_allocations_after(sb, -1);
    if (done) break;
    failures++;
  }
  sandbox_free(sb);
  printf("%ld allocations of the host library failed in turn\n", failures);
  return 0;
}

static int flat(sandbox *sb) {
  static int scripts[EXAMPLES_MAX];
  sandbox_result result;
  size_t first = 0, last = 0;
  for (int i = 0; i < example_count; i++) scripts[i] = compile_example(sb, &examples[i], &result);
  for (int round = 0; round < 3000; round++) {
    for (int i = 0; i < example_count; i++) sandbox_run(sb, scripts[i], SANDBOX_STAGE, &no_event, &result);
    if (round == 299) first = sandbox_used_bytes(sb);
    if (round % 300 == 299 && sandbox_used_bytes(sb) > last) last = sandbox_used_bytes(sb);
  }
  printf("%d calls of the host library: %zu bytes in use after the first tenth, at most %zu later\n", 3000 * example_count, first, last);
  return last > (4u << 20);
}

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int cost(void) {
  enum { ROUNDS = 200 };
  size_t bytes = 0;
  double start = seconds();
  for (int i = 0; i < ROUNDS; i++) {
    sandbox *sb = sandbox_new(&limits);
    bytes = sandbox_used_bytes(sb);
    sandbox_free(sb);
  }
  printf("a sandbox: %.3f ms to make, %zu bytes when idle\n", (seconds() - start) * 1000 / ROUNDS, bytes);
  return 0;
}

static int run(const char *what, sandbox *sb, int count, char **paths) {
  if (strcmp(what, "declarations") == 0) {
    sandbox_text text = sandbox_library_json(sb);
    fwrite(text.bytes, 1, text.len, stdout);
    return text.bytes == NULL;
  }
  if (strcmp(what, "cost") == 0) return cost();
  if (strcmp(what, "rules") == 0) return check_rules(sb, count, paths);
  if (!read_examples(sb)) return 2;
  if (strcmp(what, "examples") == 0) return check_examples(sb);
  if (strcmp(what, "starve") == 0) return starve(count, paths);
  if (strcmp(what, "flat") == 0) return flat(sb);
  return 2;
}

int main(int count, char **arguments) {
  sandbox *sb = sandbox_new(&limits);
  int status = count > 1 && sb != NULL ? run(arguments[1], sb, count - 2, arguments + 2) : 2;
  if (status == 2) fprintf(stderr, "usage: library declarations|examples|rules|starve|flat|cost\n");
  sandbox_free(sb);
  for (int i = 0; i < example_count; i++) {
    free(examples[i].name);
    free(examples[i].code);
    free(examples[i].result);
    free(examples[i].log);
  }
  return status;
}
