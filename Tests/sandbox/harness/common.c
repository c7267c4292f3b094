// What every part of the harness uses: the Slack script, calls, results in words.
#include <time.h>

#include "harness.h"

const sandbox_limits limits = {5000000, CPU_NS, 16u << 20, 1u << 20, 4096};

const char slack_script[] =
    "function filter(event, ctx)\n"
    "  return has_tag(event, \"architecture\")\n"
    "end\n"
    "function transform(event, ctx)\n"
    "  return { text = \"New architecture decision stored:\\n\" .. event.data.content }\n"
    "end\n";
const char slack_event[] =
    "{\"id\":\"evt_01HV\",\"event\":\"memory.created\",\"timestamp\":\"2026-04-13T10:30:00Z\",\"data\":{\"memory_id\":\"mem_abc123\","
    "\"content\":\"We decided to use Redis for caching\",\"namespace\":\"my-project\",\"tags\":[\"architecture\",\"decision\"],"
    "\"created_at\":\"2026-04-13T10:30:00Z\"}}";
const char slack_context[] =
    "{\"options\":{},\"now\":\"2026-04-13T10:30:00Z\",\"webhook\":{\"id\":\"wh_1\",\"name\":\"slack\"},\"delivery\":{\"id\":\"dlv_1\",\"attempt\":1}}";

sandbox_text text_of(const char *s) { return (sandbox_text){s, s == NULL ? 0 : strlen(s)}; }

const char *code_name(sandbox_code code) {
  static const char *const names[] = {"ok", "compile", "runtime", "instructions", "cpu_time", "memory", "output", "result"};
  return names[code];
}

char *read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) return NULL;
  size_t size = 0, capacity = 1 << 20;
  char *bytes = malloc(capacity + 1);
  size = fread(bytes, 1, capacity, file);
  bytes[size] = '\0';
  fclose(file);
  return bytes;
}

int call(sandbox *sb, const char *source, size_t len, const char *event, const char *context, sandbox_result *result) {
  int script = sandbox_compile(sb, "script", source, len, result);
  if (script == 0) return 0;
  sandbox_input input = {.event = text_of(event), .context = text_of(context)};
  sandbox_run(sb, script, SANDBOX_STAGE, &input, result);
  return script;
}

void print_result(const sandbox_result *r) {
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

double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int each_script(const char *directory, void (*visit)(const char *path, const char *name, void *data), void *data) {
  struct dirent **entries;
  char path[1024];
  int count = 0, found = scandir(directory, &entries, NULL, alphasort);
  for (int i = 0; i < found; i++) {
    const char *name = entries[i]->d_name;
    size_t len = strlen(name);
    snprintf(path, sizeof path, "%s/%s", directory, name);
    if (len > 4 && strcmp(name + len - 4, ".lua") == 0) {
      visit(path, name, data);
      count++;
    }
    free(entries[i]);
  }
  if (found >= 0) free(entries);
  return count;
}
