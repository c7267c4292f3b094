// Texts by characters (code points) instead of bytes. What is not UTF-8 is kept as it is: each such byte counts as one character.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE  // towlower_l
#endif
#include <locale.h>
#include <pthread.h>
#include <string.h>
#include <wctype.h>

#include "native.h"

#define NO_CHARACTER UINT32_MAX
#define BYTES_PER_STEP 16

typedef struct {
  uint32_t code;  // NO_CHARACTER: a byte that is not UTF-8.
  size_t len;
} character;

static character character_at(const char *s, size_t left) {
  const unsigned char *u = (const unsigned char *)s;
  if (u[0] < 0x80) return (character){u[0], 1};
  switch (text_sequence_length(u, left)) {
    case 2:
      return (character){(uint32_t)(u[0] & 0x1F) << 6 | (u[1] & 0x3F), 2};
    case 3:
      return (character){(uint32_t)(u[0] & 0x0F) << 12 | (uint32_t)(u[1] & 0x3F) << 6 | (u[2] & 0x3F), 3};
    case 4:
      return (character){(uint32_t)(u[0] & 0x07) << 18 | (uint32_t)(u[1] & 0x3F) << 12 | (uint32_t)(u[2] & 0x3F) << 6 | (u[3] & 0x3F), 4};
    default:
      return (character){NO_CHARACTER, 1};
  }
}

static character character_before(const char *s, size_t end) {
  size_t start = end - 1;
  while (start > 0 && end - start < 4 && ((unsigned char)s[start] & 0xC0) == 0x80) start--;
  character c = character_at(s + start, end - start);
  return c.len == end - start ? c : (character){NO_CHARACTER, 1};
}

// Bytes of the first `count` characters, or of all.
static size_t prefix_length(const char *s, size_t len, lua_Integer count) {
  size_t i = 0;
  for (; i < len && count > 0; count--) i += character_at(s + i, len - i).len;
  return i;
}

static lua_Integer count_characters(const char *s, size_t len) {
  lua_Integer count = 0;
  for (size_t i = 0; i < len; count++) i += character_at(s + i, len - i).len;
  return count;
}

static int text_length(lua_State *L) {
  size_t len;
  const char *s = native_text(L, 1, "text.length", "s", &len);
  budget_charge(L, 1 + len / BYTES_PER_STEP);
  lua_pushinteger(L, count_characters(s, len));
  return 1;
}

static bool is_between(uint32_t c, uint32_t low, uint32_t high) { return c >= low && c <= high; }

// Characters that change the one before them: marks, variation selectors, skin tones, tags, the joiner.
static bool is_extender(uint32_t c) {
  return c == 0x200D || is_between(c, 0x300, 0x36F) || is_between(c, 0x1AB0, 0x1AFF) || is_between(c, 0x1DC0, 0x1DFF) ||
         is_between(c, 0x20D0, 0x20FF) || is_between(c, 0xFE00, 0xFE0F) || is_between(c, 0xFE20, 0xFE2F) ||
         is_between(c, 0x1F3FB, 0x1F3FF) || is_between(c, 0xE0020, 0xE007F) || is_between(c, 0xE0100, 0xE01EF);
}

static bool is_regional(uint32_t c) { return is_between(c, 0x1F1E6, 0x1F1FF); }

// Two regional indicators make a flag: whether an odd number of them stands before `cut`.
static bool cuts_flag(const char *s, size_t len, size_t cut) {
  bool odd = false;
  if (!is_regional(character_at(s + cut, len - cut).code)) return false;
  while (cut > 0) {
    character before = character_before(s, cut);
    if (!is_regional(before.code)) break;
    cut -= before.len;
    odd = !odd;
  }
  return odd;
}

// Moves a cut to the left until it no longer parts what people see as one character; stays when nothing would be left.
static size_t whole_cut(const char *s, size_t len, size_t cut) {
  size_t moved = cut;
  if (cut > 0 && cuts_flag(s, len, cut)) moved -= 4;
  while (moved > 0) {
    character before = character_before(s, moved);
    if (!is_extender(character_at(s + moved, len - moved).code) && before.code != 0x200D) return moved;
    moved -= before.len;
  }
  return cut;
}

// `text_truncate(s, n, ellipsis)`: `n` is an integer of 0 or more.
static int text_truncate(lua_State *L) {
  size_t len, ellipsis_len;
  const char *s = lua_tolstring(L, 1, &len), *ellipsis = lua_tolstring(L, 3, &ellipsis_len);
  lua_Integer n = lua_tointeger(L, 2);
  if ((lua_Unsigned)n >= len) {
    lua_settop(L, 1);
    return 1;
  }
  size_t fitting = prefix_length(s, len, n);
  budget_charge(L, 1 + (fitting + ellipsis_len) / BYTES_PER_STEP);
  if (fitting == len) {
    lua_settop(L, 1);
    return 1;
  }
  lua_Integer room = n - count_characters(ellipsis, ellipsis_len);
  if (room <= 0) {
    lua_pushlstring(L, ellipsis, prefix_length(ellipsis, ellipsis_len, n));
    return 1;
  }
  string_builder b;
  builder_start(L, &b);
  builder_add(&b, s, whole_cut(s, len, prefix_length(s, len, room)));
  builder_add(&b, ellipsis, ellipsis_len);
  builder_push(&b);
  return 1;
}

// White space of Unicode (property White_Space), and the byte order mark, which people never see.
static bool is_space(uint32_t c) {
  return c == ' ' || is_between(c, '\t', '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 || is_between(c, 0x2000, 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

static int text_trim(lua_State *L) {
  size_t len, begin = 0;
  const char *s = native_text(L, 1, "text.trim", "s", &len);
  size_t end = len;
  while (begin < end) {
    character c = character_at(s + begin, end - begin);
    if (!is_space(c.code)) break;
    begin += c.len;
  }
  while (end > begin) {
    character c = character_before(s, end);
    if (!is_space(c.code)) break;
    end -= c.len;
  }
  budget_charge(L, 1 + len / BYTES_PER_STEP);
  lua_pushlstring(L, s + begin, end - begin);
  return 1;
}

// Case by the tables of the C library's own UTF-8 locale, whatever locale the process runs in. Without that locale only ASCII changes.
// The tables are slow enough that a long text is charged on the way.
#define CASE_INTERVAL 4096
static locale_t case_locale;
static pthread_once_t case_locale_once = PTHREAD_ONCE_INIT;

static void open_case_locale(void) { case_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0); }

static uint32_t change_case(uint32_t c, bool upper) {
  if (c < 0x80) {
    if (upper) return c >= 'a' && c <= 'z' ? c - 32 : c;
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
  }
  if (case_locale == (locale_t)0) return c;
  return (uint32_t)(upper ? towupper_l((wint_t)c, case_locale) : towlower_l((wint_t)c, case_locale));
}

static int convert_case(lua_State *L, const char *function, bool upper) {
  size_t len;
  const char *s = native_text(L, 1, function, "s", &len);
  string_builder b;
  pthread_once(&case_locale_once, open_case_locale);
  budget_charge(L, 1 + len / BYTES_PER_STEP);
  builder_start(L, &b);
  for (size_t i = 0, charged = 0; i < len;) {
    char encoded[4];
    if (i - charged >= CASE_INTERVAL) {
      budget_charge(L, CASE_INTERVAL / BYTES_PER_STEP);
      charged = i;
    }
    character c = character_at(s + i, len - i);
    if (c.code == NO_CHARACTER) {
      builder_add(&b, s + i, c.len);
    } else {
      builder_add(&b, encoded, text_encode(change_case(c.code, upper), encoded));
    }
    i += c.len;
  }
  builder_push(&b);
  return 1;
}

static int text_lower(lua_State *L) { return convert_case(L, "text.lower", false); }

static int text_upper(lua_State *L) { return convert_case(L, "text.upper", true); }

// `repair(s)`: every byte that is not UTF-8 becomes U+FFFD.
static int repair(lua_State *L) {
  size_t len;
  const char *s = lua_tolstring(L, 1, &len);
  string_builder b;
  budget_charge(L, 1 + len / BYTES_PER_STEP);
  if (text_is_utf8(s, len)) {
    lua_settop(L, 1);
    return 1;
  }
  builder_start(L, &b);
  for (size_t i = 0; i < len;) {
    character c = character_at(s + i, len - i);
    builder_add(&b, c.code == NO_CHARACTER ? "\xEF\xBF\xBD" : s + i, c.code == NO_CHARACTER ? 3 : c.len);
    i += c.len;
  }
  builder_push(&b);
  return 1;
}

void native_text_open(lua_State *L) {
  static const luaL_Reg functions[] = {{"repair", repair},         {"text_length", text_length}, {"text_lower", text_lower}, {"text_trim", text_trim},
                                       {"text_truncate", text_truncate}, {"text_upper", text_upper}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
