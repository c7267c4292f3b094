// What the fuzzers share: a sandbox that is made anew when a call has used it up, and calls with bytes of any kind.
#ifndef FUZZ_H
#define FUZZ_H

#include "internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_TEXTS_MAX 3
typedef struct {
  sandbox_call call;
  sandbox_text texts[FUZZ_TEXTS_MAX];
  int count;
} fuzz_call;

// Calls the function that `script` returns with texts; its result, a string, is the body. False when it reached a limit.
bool fuzz_run(const char *script, fuzz_call *c, sandbox_result *result);

#endif
