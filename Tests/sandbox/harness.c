// Drives the sandbox without Swift, so that sanitizers see all of it.
//   harness run SCRIPT [EVENT [CONTEXT]]   one call, printed
//   harness eval SCRIPT                    the string that the script's `transform` returns
//   harness bench                          the Slack script, microseconds per call
//   harness hostile DIR                    every script must fail as its first line says: -- expect: CODE TEXT
//   harness rotate                         compiles and forgets scripts, of which some are kept; memory must not grow
//   harness numbers                        numbers that a script did not change keep their digits
//   harness starve                         fails each allocation in turn
//   harness fuzz ROUNDS SEED DIR           scripts, patterns and JSON made from pieces of the corpus
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lua_sandbox.h"

// Sanitizers make everything slower, so that the clock would always be the first limit that is reached.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CPU_NS 1000000000
#define CPU_NS_MAX UINT64_MAX
#endif
#endif
#ifndef CPU_NS
#define CPU_NS 50000000
#define CPU_NS_MAX (2 * CPU_NS)  // What a call may use: it is noticed a little late that the limit is reached.
#endif
static const sandbox_limits limits = {5000000, CPU_NS, 16u << 20, 1u << 20, 4096};

static const char slack_script[] =
    "function filter(event, ctx)\n"
    "  return has_tag(event, \"architecture\")\n"
    "end\n"
    "function transform(event, ctx)\n"
    "  return { text = \"New architecture decision stored:\\n\" .. event.data.content }\n"
    "end\n";
static const char slack_event[] =
    "{\"id\":\"evt_01HV\",\"event\":\"memory.created\",\"timestamp\":\"2026-04-13T10:30:00Z\",\"data\":{\"memory_id\":\"mem_abc123\","
    "\"content\":\"We decided to use Redis for caching\",\"namespace\":\"my-project\",\"tags\":[\"architecture\",\"decision\"],"
    "\"created_at\":\"2026-04-13T10:30:00Z\"}}";
static const char slack_context[] =
    "{\"options\":{},\"now\":\"2026-04-13T10:30:00Z\",\"webhook\":{\"id\":\"wh_1\",\"name\":\"slack\"},\"delivery\":{\"id\":\"dlv_1\",\"attempt\":1}}";

static sandbox_text text_of(const char *s) { return (sandbox_text){s, s == NULL ? 0 : strlen(s)}; }

static const char *code_name(sandbox_code code) {
  static const char *const names[] = {"ok", "compile", "runtime", "instructions", "cpu_time", "memory", "output", "result"};
  return names[code];
}

static char *read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) return NULL;
  size_t size = 0, capacity = 1 << 20;
  char *bytes = malloc(capacity + 1);
  size = fread(bytes, 1, capacity, file);
  bytes[size] = '\0';
  fclose(file);
  return bytes;
}

static int call(sandbox *sb, const char *source, size_t len, const char *event, const char *context, sandbox_result *result) {
  int script = sandbox_compile(sb, "script", source, len, result);
  if (script == 0) return 0;
  sandbox_input input = {text_of(event), {NULL, 0}, text_of(context)};
  sandbox_run(sb, script, SANDBOX_STAGE, &input, result);
  return script;
}

static void print_result(const sandbox_result *r) {
  static const char *const verdicts[] = {"untouched", "json", "bytes", "dropped", "judged", "rejected", "failed"};
  printf("%s", verdicts[r->verdict]);
  if (r->body.bytes != NULL) printf(" %.*s", (int)r->body.len, r->body.bytes);
  if (r->method.bytes != NULL) printf("\nmethod %.*s", (int)r->method.len, r->method.bytes);
  if (r->url.bytes != NULL) printf("\nurl %.*s", (int)r->url.len, r->url.bytes);
  if (r->content_type.bytes != NULL) printf("\ncontent-type %.*s", (int)r->content_type.len, r->content_type.bytes);
  for (size_t i = 0; i < r->header_count; i++) {
    printf("\n%.*s: %.*s", (int)r->headers[i].name.len, r->headers[i].name.bytes, (int)r->headers[i].value.len, r->headers[i].value.bytes);
  }
  if (r->verdict == SANDBOX_FAILED) {
    printf(" [%s] line %d: %.*s\n%.*s", code_name(r->fault.code), r->fault.line, (int)r->fault.message.len, r->fault.message.bytes,
           (int)r->fault.traceback.len, r->fault.traceback.bytes);
  }
  printf("\n(%llu instructions, %llu us, %zu bytes)\n%.*s", (unsigned long long)r->instructions, (unsigned long long)r->cpu_ns / 1000,
         r->memory_bytes, (int)r->log.len, r->log.len ? r->log.bytes : "");
}

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

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int bench(void) {
  sandbox *sb = sandbox_new(&limits);
  sandbox_result result;
  int script = sandbox_compile(sb, "slack", slack_script, strlen(slack_script), &result);
  sandbox_input input = {text_of(slack_event), {NULL, 0}, text_of(slack_context)};
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

// One hostile script: must fail with the code and the words of its first line, in bounded CPU time; the sandbox must then
// still serve the Slack script.
static int check_hostile(const char *directory, const char *name) {
  char path[1024], code[32] = "", words[256] = "";
  snprintf(path, sizeof path, "%s/%s", directory, name);
  char *source = read_file(path);
  sscanf(source, "-- expect: %31s %255[^\n]", code, words);
  sandbox *sb = sandbox_new(&limits);
  sandbox_result result;
  const char *body = strchr(source, '\n') + 1;
  call(sb, body, strlen(body), slack_event, slack_context, &result);
  const char *got = result.verdict == SANDBOX_FAILED ? code_name(result.fault.code) : "ok";
  char *message = strndup(result.fault.message.bytes ? result.fault.message.bytes : "", result.fault.message.len);
  bool any = strcmp(code, "limit") == 0 && (strcmp(got, "instructions") == 0 || strcmp(got, "cpu_time") == 0 || strcmp(got, "memory") == 0 || strcmp(got, "output") == 0);
  bool good = (any || strcmp(got, code) == 0) && strstr(message, words) != NULL;
  printf("%s %-28s %-12s %6llu us %9zu bytes  %s\n", good ? "ok  " : "FAIL", name, got, (unsigned long long)result.cpu_ns / 1000, result.memory_bytes, message);
  if (result.cpu_ns > CPU_NS_MAX) {
    printf("FAIL %s: used %llu us of CPU time\n", name, (unsigned long long)result.cpu_ns / 1000);
    good = false;
  }
  bool spent = sandbox_is_spent(sb);
  call(sb, slack_script, strlen(slack_script), slack_event, slack_context, &result);
  if (result.verdict != SANDBOX_JSON) {
    printf("FAIL %s: the next call does not work: %.*s\n", name, (int)result.fault.message.len, result.fault.message.bytes);
    good = false;
  }
  if (!spent && sandbox_used_bytes(sb) > (4u << 20)) {
    printf("FAIL %s: %zu bytes stay in use\n", name, sandbox_used_bytes(sb));
    good = false;
  }
  sandbox_free(sb);
  free(message);
  free(source);
  return good ? 0 : 1;
}

static int hostile(const char *directory) {
  int failed = 0, count = 0;
  struct dirent **entries;
  int found = scandir(directory, &entries, NULL, alphasort);
  for (int i = 0; i < found; i++) {
    size_t len = strlen(entries[i]->d_name);
    if (len > 4 && strcmp(entries[i]->d_name + len - 4, ".lua") == 0) {
      failed += check_hostile(directory, entries[i]->d_name);
      count++;
    }
    free(entries[i]);
  }
  free(entries);
  printf("%d hostile scripts, %d failed\n", count, failed);
  return failed > 0 || count == 0;
}

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
static int rotate(void) {
  static char source[16384];
  static int handles[KEPT];
  sandbox *sb = sandbox_new(&limits);
  sandbox_result result;
  sandbox_input input = {text_of(slack_event), {NULL, 0}, {NULL, 0}};
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

// A script, its event and what must come out.
#define LARGE "18446744073709551615"
#define NESTED "[1,-18446744073709551617,[1e+400,{\"n\":1e-400}],\"]\",2]"
static const char *const number_calls[][3] = {
    {"function transform(e) e.k = 1 return e end", "{\"2\":0.10000000000000000001,\"u\":" LARGE ",\"big\":1e+400,\"l\":" NESTED ",\"k\":0}",
     "{\"2\":0.10000000000000000001,\"u\":" LARGE ",\"big\":1e+400,\"l\":" NESTED ",\"k\":1}"},
    {"function transform(e) e.new = 1 return e end", "{\"10\":" LARGE ",\"b\":-1e+400,\"l\":" NESTED "}", "{\"10\":" LARGE ",\"b\":-1e+400,\"l\":" NESTED ",\"new\":1}"},
    {"function transform(e) if e.u ~= 2^64 then error('u') end e.a = 0.5 e.l[2] = 2.5 e.l[3] = nil return e end",
     "{\"u\":18446744073709551616,\"a\":1e+400,\"l\":[18446744073709551616,1e+400,1]}", "{\"u\":18446744073709551616,\"a\":0.5,\"l\":[18446744073709551616,2.5]}"},
    {"function transform(e, ctx) e.x = nil e.y = 2 return ctx.event end", "{\"x\":1e+400,\"y\":" LARGE "}", "{\"x\":1e+400,\"y\":" LARGE "}"},
};

static int numbers(void) {
  int failed = 0, count = (int)(sizeof number_calls / sizeof *number_calls);
  for (int i = 0; i < count; i++) {
    sandbox *sb = sandbox_new(&limits);
    sandbox_result result;
    const char *script = number_calls[i][0], *expected = number_calls[i][2];
    call(sb, script, strlen(script), number_calls[i][1], NULL, &result);
    if (result.verdict != SANDBOX_JSON || result.body.len != strlen(expected) || memcmp(result.body.bytes, expected, result.body.len) != 0) {
      failed++;
      print_result(&result);
    }
    sandbox_free(sb);
  }
  printf("%d events with large numbers, %d failed\n", count, failed);
  return failed > 0;
}

static const char busy_script[] =
    "local order = {}\n"
    "function filter(event, ctx) print(event.id, ctx.now) return has_tag(event, 'architecture') end\n"
    "function transform(event, ctx)\n"
    "  local ok, message = pcall(function() local t <close> = setmetatable({}, {__close = function() end}) error({}) end)\n"
    "  for k, v in pairs(event.data) do order[#order + 1] = k .. tostring(v) end\n"
    "  table.sort(order, function(a, b) return a > b end)\n"
    "  local co = coroutine.wrap(function(a) local b = coroutine.yield(a .. a) return b:rep(100) end)\n"
    "  co('x')\n"
    "  local s = co('y'):gsub('y', {y = 'z'}):gsub('(z)(z)', function(a, b) return a:upper() .. b end)\n"
    "  event.data.extra = json.array{1, 2.5, json.null, json.decode(json.encode({a = {}, b = json.array()}))}\n"
    "  event.data.format = string.format('%5.2f %q %s', 1.5, 'a\\nb', {})\n"
    "  event.order = table.concat(order, ',')\n"
    "  event.found = {s:find('Z+')}\n"
    "  return event, {headers = {['X-A'] = 'b'}, method = 'PUT', content_type = 'text/plain'}\n"
    "end\n";

static int starve(void) {
  sandbox *sb = NULL;
  sandbox_result result;
  int64_t n = 0;
  for (; n < 100000; n++) {
    if (sb == NULL) sb = sandbox_new(&limits);
    int script = sandbox_compile(sb, "busy", busy_script, strlen(busy_script), &result);
    if (script == 0) return 1;
    sandbox_input input = {text_of(slack_event), text_of(slack_event), text_of(slack_context)};
    sandbox_fail_allocations_after(sb, n);
    sandbox_run(sb, script, SANDBOX_STAGE, &input, &result);
    sandbox_fail_allocations_after(sb, -1);
    if (result.verdict == SANDBOX_JSON) break;
    if (result.verdict != SANDBOX_FAILED || result.fault.message.len == 0) return 1;
    sandbox_forget(sb, script);
    if (n % 7 == 0) {
      sandbox_free(sb);
      sb = NULL;
    }
  }
  printf("%lld allocations failed in turn; then: ", (long long)n);
  print_result(&result);
  sandbox_free(sb);
  sb = sandbox_new(&limits);
  for (n = 0; n < 10000; n++) {
    sandbox_fail_allocations_after(sb, n);
    int script = sandbox_compile(sb, "busy", busy_script, strlen(busy_script), &result);
    sandbox_fail_allocations_after(sb, -1);
    if (script != 0) break;
    if (result.fault.code != SANDBOX_MEMORY) return 1;
  }
  printf("%lld allocations of the compiler failed in turn\n", (long long)n);
  sandbox_free(sb);
  return 0;
}

static uint64_t random_state;

static uint32_t draw(uint32_t below) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)((random_state >> 33) % below);
}

#define PIECES_MAX 4096
static char *pieces[PIECES_MAX];
static size_t piece_count;

static size_t word_length(const char *s) {
  size_t len = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
  return len > 0 ? len : *s != '\0';
}

static const char *random_word(size_t *len) {
  const char *piece = pieces[draw((uint32_t)piece_count)];
  const char *word = piece + draw((uint32_t)strlen(piece) + 1);
  *len = word_length(word);
  return word;
}

// One or two scripts of the corpus with some words replaced by others, and now and then a byte by any.
static size_t mix(char *out, size_t size) {
  size_t len = 0;
  for (uint32_t n = 1 + draw(2); n > 0; n--) {
    for (const char *at = pieces[draw((uint32_t)piece_count)]; *at != '\0' && len + 300 < size;) {
      size_t word_len = word_length(at), other_len = 0;
      const char *other = draw(60) == 0 ? random_word(&other_len) : NULL;
      if (other_len > 200) other = NULL;
      memcpy(out + len, other ? other : at, other ? other_len : word_len < 300 ? word_len : 300);
      len += other ? other_len : word_len < 300 ? word_len : 300;
      at += word_len;
    }
  }
  if (draw(16) == 0 && len > 0) out[draw((uint32_t)len)] = (char)draw(256);
  return len;
}

static void fuzz_pattern(sandbox *sb, int script) {
  static const char alphabet[] = "ab%%%.*+-?[]^$()12fbdwsZ\\\"";
  char event[256], *at = event;
  sandbox_result result;
  at += sprintf(at, "[\"");
  for (int part = 0; part < 3; part++) {
    for (uint32_t n = draw(20); n > 0; n--) {
      char c = alphabet[draw(part == 1 ? sizeof alphabet - 3 : 6)];
      *at++ = c;
    }
    at += sprintf(at, part < 2 ? "\",\"" : "\"]");
  }
  sandbox_input input = {text_of(event), {NULL, 0}, {NULL, 0}};
  sandbox_run(sb, script, SANDBOX_STAGE, &input, &result);
}

static void fuzz_json(sandbox *sb, int script) {
  static const char *const tokens[] = {"{", "}", "[", "]", ",", ":", "\"a\"", "\"b\\u0041\"", "\"\\ud800\"", "1", "-0", "1e5", "0.1", "null", "true", "\"7\"", " ", "9223372036854775808", "\"\xc3\xa9\"", "\x80", "[]", "{}", "{\"a\":1,\"a\":2,\"c\":3}"};
  char event[512] = "[";
  size_t len = 1;
  sandbox_result result;
  for (uint32_t n = draw(24); n > 0; n--) len += (size_t)sprintf(event + len, "%s%s", tokens[draw(sizeof tokens / sizeof *tokens)], draw(2) ? "," : "");
  if (draw(4) != 0) sprintf(event + len - (event[len - 1] == ',' ? 1 : 0), "]");
  sandbox_input input = {text_of(event), {NULL, 0}, {NULL, 0}};
  sandbox_run(sb, script, SANDBOX_STAGE, &input, &result);
}

static const char pattern_script[] =
    "function transform(e)\n"
    "  local s, p, r = e[1], e[2], e[3]\n"
    "  pcall(string.find, s, p) pcall(string.match, s, p, 2) pcall(string.gsub, s, p, r) pcall(string.gsub, s, p, {a = 'b'}, 3)\n"
    "  pcall(function() for a, b in s:gmatch(p) do local _ = a .. tostring(b) end end)\n"
    "  pcall(string.format, p, s, 1, 2.5, r) pcall(string.pack, p, 1, s, 2) pcall(string.unpack, p, s) pcall(string.rep, s, #p, r)\n"
    "  return e\n"
    "end\n";
static const char json_script[] =
    "function transform(e)\n"
    "  for k, v in pairs(e) do if type(v) == 'table' then v.added = k v.a = nil for _ in pairs(v) do end end end\n"
    "  return { e, json.decode(json.encode(e)) }\n"
    "end\n";

static int fuzz(long rounds, uint64_t seed, const char *directory) {
  static char source[65536];
  sandbox_limits small = {200000, 20000000, 4u << 20, 1u << 16, 512};
  struct dirent **entries;
  char path[1024];
  random_state = seed;
  int found = scandir(directory, &entries, NULL, alphasort);
  for (int i = 0; i < found; i++) {
    snprintf(path, sizeof path, "%s/%s", directory, entries[i]->d_name);
    char *content = entries[i]->d_name[0] == '.' ? NULL : read_file(path);
    if (content != NULL && piece_count < PIECES_MAX) pieces[piece_count++] = strdup(strchr(content, '\n') + 1);
    free(content);
    free(entries[i]);
  }
  free(entries);
  if (piece_count == 0) return 2;
  sandbox *sb = NULL;
  sandbox_result result;
  long codes[8] = {0};
  int patterns = 0, jsons = 0;
  for (long i = 0; i < rounds; i++) {
    if (sb == NULL || sandbox_is_spent(sb)) {
      sandbox_free(sb);
      sb = sandbox_new(&small);
      patterns = sandbox_compile(sb, "patterns", pattern_script, strlen(pattern_script), &result);
      jsons = sandbox_compile(sb, "jsons", json_script, strlen(json_script), &result);
    }
    size_t len = mix(source, sizeof source);
    if (draw(8) == 0) sandbox_fail_allocations_after(sb, draw(300));
    int script = call(sb, source, len, slack_event, slack_context, &result);
    sandbox_fail_allocations_after(sb, -1);
    codes[result.fault.code]++;
    if (script != 0) sandbox_forget(sb, script);
    for (int j = 0; j < 8; j++) fuzz_pattern(sb, patterns);
    for (int j = 0; j < 8; j++) fuzz_json(sb, jsons);
  }
  sandbox_free(sb);
  for (size_t i = 0; i < piece_count; i++) free(pieces[i]);
  for (int i = 0; i < 8; i++) printf("%s %ld  ", code_name((sandbox_code)i), codes[i]);
  printf("\n");
  return 0;
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
  if (count > 2 && strcmp(arguments[1], "eval") == 0) return evaluate(arguments[2]);
  if (count > 2 && strcmp(arguments[1], "run") == 0) return run_one(count - 2, arguments + 2);
  if (count > 1 && strcmp(arguments[1], "bench") == 0) return bench();
  if (count > 2 && strcmp(arguments[1], "hostile") == 0) return hostile(arguments[2]);
  if (count > 1 && strcmp(arguments[1], "rotate") == 0) return rotate();
  if (count > 1 && strcmp(arguments[1], "numbers") == 0) return numbers();
  if (count > 1 && strcmp(arguments[1], "starve") == 0) return starve();
  if (count > 4 && strcmp(arguments[1], "fuzz") == 0) return fuzz(atol(arguments[2]), strtoull(arguments[3], NULL, 10), arguments[4]);
  fprintf(stderr, "usage: harness run|eval|bench|hostile|rotate|numbers|starve|fuzz ...\n");
  return 2;
}
