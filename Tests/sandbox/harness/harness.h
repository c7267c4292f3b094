// What the parts of the harness share. It drives the sandbox without Swift, so that sanitizers see all of it.
#ifndef HARNESS_H
#define HARNESS_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lua_sandbox.h"

// Sanitizers make everything slower, so that the clock would always be the first limit that is reached.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CPU_NS 1000000000
#define CPU_NS_MAX UINT64_MAX
#endif
#endif
#ifndef CPU_NS
// Three times what the product allows: where a machine is slow, or busy with the fuzzers, loops are still stopped by the limit on instructions.
#define CPU_NS 150000000
// What a call may use: it is noticed late that the limit is reached. The latest is a table of keys that all collide, which Lua makes larger in
// one instruction, in time by the square of their number.
#define CPU_NS_MAX (4 * CPU_NS)
#endif

extern const sandbox_limits limits;
extern const char slack_script[], slack_event[], slack_context[];

sandbox_text text_of(const char *s);
const char *code_name(sandbox_code code);
char *read_file(const char *path);
double seconds(void);
void print_result(const sandbox_result *r);

// Compiles a script and runs it as a stage. Returns its handle, or 0 when it does not compile.
int call(sandbox *sb, const char *source, size_t len, const char *event, const char *context, sandbox_result *result);

// Calls `visit` with the path and name of each Lua file below a folder, by name. Returns how many there are.
int each_script(const char *directory, void (*visit)(const char *path, const char *name, void *data), void *data);

// A file of the corpus: first `-- expect: CODE WORDS`, then, if it is no stage, `-- entry: response`, `receive` or `describe`. What
// follows a line `-- module: NAME` is that module of a plugin.
#define CASE_MODULES_MAX 8
typedef struct {
  char code[32], words[256];
  bool describes;
  sandbox_entry entry;
  char *text;  // Of the whole file; the others point into it.
  sandbox_text source;
  sandbox_module modules[CASE_MODULES_MAX];
  char chunks[CASE_MODULES_MAX][80];
  size_t module_count;
} script_case;
bool case_load(script_case *c, const char *path);
int case_compile(sandbox *sb, const script_case *c, sandbox_result *result);
void case_run(sandbox *sb, const script_case *c, int script, sandbox_result *result);
void case_free(script_case *c);

// A number that stands for everything which a sandbox can reach: all objects with their addresses and contents.
uint64_t fingerprint(sandbox *sb);

int run_bench(void);
int run_fuzz(long rounds, uint64_t seed, const char *directory);
int run_hostile(const char *directory);
int run_isolation(const char *directory);
int run_numbers(void);
int run_rotate(void);
int run_starve(void);

#endif
