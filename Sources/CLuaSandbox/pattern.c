// Lua's patterns, matched step by step under the call's budget. Source: Lua 5.4 reference manual, 6.4.1; limits and error
// texts agree with Lua 5.4, which the tests compare with.
#include "pattern.h"

#include <ctype.h>
#include <string.h>

#define NESTING_MAX 200
#define STEPS_UNCHARGED 1024
#define ESCAPE '%'

void matcher_start(matcher *m, lua_State *L, const char *subject, size_t subject_len, const char *pattern, size_t pattern_len) {
  m->L = L;
  m->subject = subject;
  m->subject_end = subject + subject_len;
  m->pattern_end = pattern + pattern_len;
  m->depth = NESTING_MAX;
  m->level = 0;
  m->steps = 0;
}

// Charges the steps taken since the last time.
void matcher_settle(matcher *m) {
  uint32_t steps = m->steps;
  m->steps = 0;
  budget_charge(m->L, steps);
}

static inline void spend(matcher *m, size_t steps) {
  m->steps += (uint32_t)(steps < STEPS_UNCHARGED ? steps : STEPS_UNCHARGED);
  if (m->steps >= STEPS_UNCHARGED) matcher_settle(m);
}

// The end of the set that begins at `p`, which is after its '['.
static const char *set_end(matcher *m, const char *p) {
  if (p < m->pattern_end && *p == '^') p++;
  do {
    if (p >= m->pattern_end) luaL_error(m->L, "malformed pattern (missing ']')");
    char c = *p++;
    if (c == ESCAPE) p++;
  } while (p >= m->pattern_end || *p != ']');
  return p + 1;
}

// The end of the single-character item at `p`.
static const char *item_end(matcher *m, const char *p) {
  char c = *p++;
  if (c == '[') return set_end(m, p);
  if (c != ESCAPE) return p;
  if (p >= m->pattern_end) luaL_error(m->L, "malformed pattern (ends with '%%')");
  return p + 1;
}

static bool in_class(int c, int class) {
  bool member;
  switch (tolower(class)) {
    case 'a':
      member = isalpha(c);
      break;
    case 'c':
      member = iscntrl(c);
      break;
    case 'd':
      member = isdigit(c);
      break;
    case 'g':
      member = isgraph(c);
      break;
    case 'l':
      member = islower(c);
      break;
    case 'p':
      member = ispunct(c);
      break;
    case 's':
      member = isspace(c);
      break;
    case 'u':
      member = isupper(c);
      break;
    case 'w':
      member = isalnum(c);
      break;
    case 'x':
      member = isxdigit(c);
      break;
    case 'z':
      member = c == 0;
      break;
    default:
      return class == c;
  }
  return isupper(class) ? !member : member;
}

// Whether `c` is in the set from `p`, which is at its '[', to `last`, its ']'.
static bool in_set(matcher *m, int c, const char *p, const char *last) {
  bool found = true;
  spend(m, (size_t)(last - p) / 2);
  if (p[1] == '^') {
    found = false;
    p++;
  }
  while (++p < last) {
    if (*p == ESCAPE) {
      p++;
      if (in_class(c, (unsigned char)*p)) return found;
    } else if (p[1] == '-' && p + 2 < last) {
      p += 2;
      if ((unsigned char)p[-2] <= c && c <= (unsigned char)*p) return found;
    } else if ((unsigned char)*p == c) {
      return found;
    }
  }
  return !found;
}

// Whether the character at `s` is matched by the item from `p` to `end`.
static bool item_matches(matcher *m, const char *s, const char *p, const char *end) {
  if (s >= m->subject_end) return false;
  int c = (unsigned char)*s;
  switch (*p) {
    case '.':
      return true;
    case ESCAPE:
      return in_class(c, (unsigned char)p[1]);
    case '[':
      return in_set(m, c, p, end - 1);
    default:
      return (unsigned char)*p == c;
  }
}

static const char *match_balanced(matcher *m, const char *s, const char *p) {
  if (p >= m->pattern_end - 1) luaL_error(m->L, "malformed pattern (missing arguments to '%%b')");
  if (s >= m->subject_end || *s != *p) return NULL;
  int open = 1;
  while (++s < m->subject_end) {
    spend(m, 1);
    if (*s == p[1]) {
      if (--open == 0) return s + 1;
    } else if (*s == p[0]) {
      open++;
    }
  }
  return NULL;
}

static bool at_frontier(matcher *m, const char *s, const char *p, const char *end) {
  int before = s == m->subject ? '\0' : (unsigned char)s[-1];
  int here = s == m->subject_end ? '\0' : (unsigned char)*s;
  return !in_set(m, before, p, end - 1) && in_set(m, here, p, end - 1);
}

static const char *match_most(matcher *m, const char *s, const char *p, const char *end) {
  ptrdiff_t count = 0;
  while (item_matches(m, s + count, p, end)) {
    spend(m, 1);
    count++;
  }
  for (; count >= 0; count--) {
    const char *rest = matcher_match(m, s + count, end + 1);
    if (rest != NULL) return rest;
  }
  return NULL;
}

static const char *match_fewest(matcher *m, const char *s, const char *p, const char *end) {
  for (;; s++) {
    const char *rest = matcher_match(m, s, end + 1);
    if (rest != NULL) return rest;
    if (!item_matches(m, s, p, end)) return NULL;
  }
}

static const char *open_capture(matcher *m, const char *s, const char *p, ptrdiff_t len) {
  if (m->level >= CAPTURES_MAX) luaL_error(m->L, "too many captures");
  m->captures[m->level].start = s;
  m->captures[m->level].len = len;
  m->level++;
  const char *rest = matcher_match(m, s, p);
  if (rest == NULL) m->level--;
  return rest;
}

static const char *close_capture(matcher *m, const char *s, const char *p) {
  int index = m->level - 1;
  while (index >= 0 && m->captures[index].len != CAPTURE_OPEN) index--;
  if (index < 0) luaL_error(m->L, "invalid pattern capture");
  m->captures[index].len = s - m->captures[index].start;
  const char *rest = matcher_match(m, s, p);
  if (rest == NULL) m->captures[index].len = CAPTURE_OPEN;
  return rest;
}

static const char *match_back_reference(matcher *m, const char *s, int digit) {
  int index = digit - '1';
  if (index < 0 || index >= m->level || m->captures[index].len == CAPTURE_OPEN) {
    luaL_error(m->L, "invalid capture index %%%d", index + 1);
  }
  size_t len = (size_t)m->captures[index].len;
  if ((size_t)(m->subject_end - s) < len) return NULL;
  spend(m, len / 32);
  return memcmp(m->captures[index].start, s, len) == 0 ? s + len : NULL;
}

// Items that stand for themselves or for a class, with what may follow them. Returns true when the match goes on at `*s`
// and `*p`; else `*s` is the end of the match, or null.
static bool match_item(matcher *m, const char **s, const char **p) {
  const char *end = item_end(m, *p), *rest;
  switch (*end) {
    case '?':
      if (item_matches(m, *s, *p, end) && (rest = matcher_match(m, *s + 1, end + 1)) != NULL) {
        *s = rest;
        return false;
      }
      *p = end + 1;
      return true;
    case '+':
      *s = item_matches(m, *s, *p, end) ? match_most(m, *s + 1, *p, end) : NULL;
      return false;
    case '*':
      *s = match_most(m, *s, *p, end);
      return false;
    case '-':
      *s = match_fewest(m, *s, *p, end);
      return false;
    default:
      break;
  }
  if (!item_matches(m, *s, *p, end)) {
    *s = NULL;
    return false;
  }
  ++*s;
  *p = end;
  return true;
}

static bool match_frontier(matcher *m, const char **s, const char **p) {
  *p += 2;
  if (*p >= m->pattern_end || **p != '[') luaL_error(m->L, "missing '[' after '%%f' in pattern");
  const char *end = item_end(m, *p);
  if (at_frontier(m, *s, *p, end)) {
    *p = end;
    return true;
  }
  *s = NULL;
  return false;
}

static bool match_escape(matcher *m, const char **s, const char **p) {
  char c = (*p)[1];
  if (c == 'f') return match_frontier(m, s, p);
  if (c == 'b') {
    *s = match_balanced(m, *s, *p + 2);
    *p += 4;
    return *s != NULL;
  }
  if (c < '0' || c > '9') return match_item(m, s, p);
  *s = match_back_reference(m, *s, (unsigned char)c);
  *p += 2;
  return *s != NULL;
}

// Matches one item; as `match_item`.
static bool match_one(matcher *m, const char **s, const char **p) {
  switch (**p) {
    case '(':
      *s = (*p)[1] == ')' ? open_capture(m, *s, *p + 2, CAPTURE_POSITION) : open_capture(m, *s, *p + 1, CAPTURE_OPEN);
      return false;
    case ')':
      *s = close_capture(m, *s, *p + 1);
      return false;
    case '$':
      if (*p + 1 != m->pattern_end) return match_item(m, s, p);
      if (*s != m->subject_end) *s = NULL;
      return false;
    case ESCAPE:
      return match_escape(m, s, p);
    default:
      return match_item(m, s, p);
  }
}

// Matches the pattern from `p` on at `s`. Returns the end of the match, or null.
const char *matcher_match(matcher *m, const char *s, const char *p) {
  if (m->depth-- == 0) luaL_error(m->L, "pattern too complex");
  do {
    spend(m, 1);
  } while (p != m->pattern_end && match_one(m, &s, &p));
  m->depth++;
  return s;
}

// Length and start of a capture; capture 0 of a pattern without any is the whole match.
ptrdiff_t matcher_capture(matcher *m, int index, const char *begin, const char *end, const char **start) {
  if (index >= m->level) {
    if (index != 0) luaL_error(m->L, "invalid capture index %%%d", index + 1);
    *start = begin;
    return end - begin;
  }
  *start = m->captures[index].start;
  if (m->captures[index].len == CAPTURE_OPEN) luaL_error(m->L, "unfinished capture");
  return m->captures[index].len;
}

// Pushes all captures, or the whole match when there are none and `begin` is not null. Returns how many.
int matcher_push_captures(matcher *m, const char *begin, const char *end) {
  int count = m->level == 0 && begin != NULL ? 1 : m->level;
  luaL_checkstack(m->L, count, "too many captures");
  for (int i = 0; i < count; i++) {
    const char *start;
    ptrdiff_t len = matcher_capture(m, i, begin, end, &start);
    if (len == CAPTURE_POSITION) {
      lua_pushinteger(m->L, start - m->subject + 1);
    } else {
      lua_pushlstring(m->L, start, (size_t)len);
    }
  }
  return count;
}
