// Reads files of the corpus.
#include "harness.h"

static void take_entry(script_case *c, const char *line) {
  char word[32] = "";
  if (sscanf(line, "-- entry: %31s", word) != 1) return;
  c->describes = strcmp(word, "describe") == 0;
  if (strcmp(word, "response") == 0) c->entry = SANDBOX_RESPONSE;
  if (strcmp(word, "receive") == 0) c->entry = SANDBOX_RECEIVE;
}

// Ends the text before the module whose line is at `at`, and returns where its text begins.
static char *take_module(script_case *c, char *at) {
  sandbox_module *module = &c->modules[c->module_count];
  char *name = at + strlen("\n-- module: "), *end = strchr(name, '\n');
  *at = *end = '\0';
  module->name = name;
  module->chunk = c->chunks[c->module_count];
  snprintf(c->chunks[c->module_count], sizeof c->chunks[0], "%s.lua", name);
  for (char *dot = c->chunks[c->module_count]; strncmp(dot, ".lua", 5) != 0; dot++) {
    if (*dot == '.') *dot = '/';
  }
  c->module_count++;
  return end + 1;
}

static void take_modules(script_case *c, char *from) {
  c->source = text_of(from);
  for (char *at = strstr(from, "\n-- module: "); at != NULL && c->module_count < CASE_MODULES_MAX;) {
    char *begin = take_module(c, at);
    at = strstr(begin, "\n-- module: ");
    c->modules[c->module_count - 1].source = (sandbox_text){begin, at == NULL ? strlen(begin) : (size_t)(at - begin)};
    c->source.len = strlen(from);
  }
}

bool case_load(script_case *c, const char *path) {
  memset(c, 0, sizeof *c);
  c->text = read_file(path);
  if (c->text == NULL) return false;
  char *body = strchr(c->text, '\n');
  if (body == NULL) return false;
  *body = '\0';
  sscanf(c->text, "-- expect: %31s %255[^\n]", c->code, c->words);
  *body = '\n';
  take_entry(c, body + 1);
  take_modules(c, body + 1);
  return true;
}

int case_compile(sandbox *sb, const script_case *c, sandbox_result *result) {
  if (c->module_count == 0 && !c->describes) return sandbox_compile(sb, "script", c->source.bytes, c->source.len, result);
  return sandbox_compile_plugin(sb, "script", c->source, c->modules, c->module_count, result);
}

void case_run(sandbox *sb, const script_case *c, int script, sandbox_result *result) {
  sandbox_input input = {.event = text_of(slack_event), .context = text_of(slack_context)};
  if (c->entry == SANDBOX_RECEIVE) input.body = input.json = text_of(slack_event);
  if (c->describes) {
    sandbox_describe(sb, script, result);
  } else {
    sandbox_run(sb, script, c->entry, &input, result);
  }
}

void case_free(script_case *c) { free(c->text); }
