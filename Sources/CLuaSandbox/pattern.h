// The matcher behind `string.find`, `match`, `gmatch` and `gsub`.
#ifndef SANDBOX_PATTERN_H
#define SANDBOX_PATTERN_H

#include "internal.h"

#define CAPTURES_MAX 32
#define CAPTURE_OPEN (-1)
#define CAPTURE_POSITION (-2)

typedef struct {
  lua_State *L;
  const char *subject, *subject_end, *pattern_end;
  int depth;       // Calls of the matcher that may still be nested.
  int level;       // Captures so far, finished or not.
  uint32_t steps;  // Steps not charged yet.
  struct {
    const char *start;
    ptrdiff_t len;  // Or CAPTURE_OPEN, CAPTURE_POSITION.
  } captures[CAPTURES_MAX];
} matcher;

void matcher_start(matcher *m, lua_State *L, const char *subject, size_t subject_len, const char *pattern, size_t pattern_len);
const char *matcher_match(matcher *m, const char *subject, const char *pattern);
int matcher_push_captures(matcher *m, const char *begin, const char *end);
ptrdiff_t matcher_capture(matcher *m, int index, const char *begin, const char *end, const char **start);
void matcher_settle(matcher *m);

#endif
