// Numbers that a script did not change keep their digits.
#include "harness.h"

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

int run_numbers(void) {
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
