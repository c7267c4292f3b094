// JSON text to Lua values. Integers of 64 bits stay integers, `null` is a value of its own, arrays and objects are told
// apart even when empty, and each object remembers where its text is, so that its keys can be put back in their order.
#include <limits.h>
#include <stdarg.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

// Members held on the stack until an object's size is known: most tables then get their final size at once.
#define MEMBERS_HELD 32
#define ELEMENTS_HELD 64

typedef struct {
  lua_State *L;
  sandbox *sb;
  const char *start, *at, *end;
  int document;
  int depth;
  char *problem;
  size_t problem_size;
} reader;

static bool fail(reader *r, const char *what) {
  if (r->problem[0] == '\0') snprintf(r->problem, r->problem_size, "%s at byte %zu", what, (size_t)(r->at - r->start) + 1);
  return false;
}

static void skip_space(reader *r) {
  while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\t' || *r->at == '\r')) r->at++;
}

static bool next_is(reader *r, char c) { return r->at < r->end && *r->at == c; }

static bool push_value(reader *r);

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

static bool read_hex4(reader *r, uint32_t *unit) {
  if (r->end - r->at < 4) return fail(r, "unfinished \\u escape");
  *unit = 0;
  for (int i = 0; i < 4; i++) {
    int digit = hex_digit(*r->at);
    if (digit < 0) return fail(r, "bad \\u escape");
    *unit = *unit << 4 | (uint32_t)digit;
    r->at++;
  }
  return true;
}

// A `\u` escape after its `u`. A surrogate without its partner is kept as three bytes, which the writer turns back.
static bool read_unicode_escape(reader *r, char *out, size_t *len) {
  uint32_t unit, low;
  if (!read_hex4(r, &unit)) return false;
  if (unit >= 0xD800 && unit < 0xDC00 && r->end - r->at >= 6 && r->at[0] == '\\' && r->at[1] == 'u') {
    const char *before = r->at;
    r->at += 2;
    if (!read_hex4(r, &low)) return false;
    if (low >= 0xDC00 && low < 0xE000) {
      unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    } else {
      r->at = before;
    }
  }
  *len = text_encode(unit, out);
  return true;
}

static bool read_escape(reader *r, char *out, size_t *len) {
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  if (r->at == r->end) return fail(r, "unfinished string");
  char c = *r->at++;
  if (c == 'u') return read_unicode_escape(r, out, len);
  const char *found = c == '\0' ? NULL : strchr(from, c);
  if (found == NULL) return fail(r, "bad escape in string");
  *out = to[found - from];
  *len = 1;
  return true;
}

// The end of a run of bytes that mean themselves.
static const char *plain_run(const char *at, const char *end) {
  while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20) at++;
  return at;
}

static bool push_escaped_string(reader *r, const char *begin) {
  byte_buffer *text = &r->sb->scratch;
  text->len = 0;
  buffer_append(r->L, text, begin, (size_t)(r->at - begin));
  while (r->at < r->end && *r->at == '\\') {
    char decoded[4];
    size_t len;
    r->at++;
    if (!read_escape(r, decoded, &len)) return false;
    buffer_append(r->L, text, decoded, len);
    const char *run = r->at;
    r->at = plain_run(r->at, r->end);
    buffer_append(r->L, text, run, (size_t)(r->at - run));
  }
  if (!next_is(r, '"')) return fail(r, r->at == r->end ? "unfinished string" : "control character in string");
  r->at++;
  lua_pushlstring(r->L, text->bytes, text->len);
  return true;
}

// Pushes a string; `at` is after its opening quote.
static bool push_string(reader *r) {
  const char *begin = r->at;
  r->at = plain_run(begin, r->end);
  budget_charge(r->L, 1 + (uint64_t)(r->at - begin) / 32);
  if (!next_is(r, '"')) return push_escaped_string(r, begin);
  lua_pushlstring(r->L, begin, (size_t)(r->at - begin));
  r->at++;
  return true;
}

static bool skip_digits(reader *r) {
  const char *begin = r->at;
  while (r->at < r->end && *r->at >= '0' && *r->at <= '9') r->at++;
  return r->at > begin;
}

static bool push_integer(reader *r, const char *begin) {
  bool negative = *begin == '-';
  lua_Unsigned value = 0, limit = negative ? (lua_Unsigned)1 << 63 : (lua_Unsigned)LUA_MAXINTEGER;
  for (const char *c = begin + negative; c < r->at; c++) {
    lua_Unsigned digit = (lua_Unsigned)(*c - '0');
    if (value > (limit - digit) / 10) return false;
    value = value * 10 + digit;
  }
  lua_pushinteger(r->L, (lua_Integer)(negative ? 0 - value : value));
  return true;
}

static bool push_float(reader *r, const char *begin) {
  char small[64], *text = small;
  size_t len = (size_t)(r->at - begin);
  if (len >= sizeof small) {
    r->sb->scratch.len = 0;
    buffer_reserve(r->L, &r->sb->scratch, len + 1);
    text = r->sb->scratch.bytes;
  }
  memcpy(text, begin, len);
  text[len] = '\0';
  double value = strtod(text, NULL);
  // An event may hold such a number; it goes on as it is as long as no script computes with it.
  if (isinf(value) && r->document == DOCUMENT_NONE) return fail(r, "number too large");
  lua_pushnumber(r->L, value);
  return true;
}

static bool push_number(reader *r) {
  const char *begin = r->at;
  bool whole = true;
  if (next_is(r, '-')) r->at++;
  if (next_is(r, '0')) {
    r->at++;
  } else if (!skip_digits(r)) {
    return fail(r, "unexpected character");
  }
  if (next_is(r, '.')) {
    whole = false;
    r->at++;
    if (!skip_digits(r)) return fail(r, "digits expected after the decimal point");
  }
  if (next_is(r, 'e') || next_is(r, 'E')) {
    whole = false;
    r->at++;
    if (next_is(r, '+') || next_is(r, '-')) r->at++;
    if (!skip_digits(r)) return fail(r, "digits expected in the exponent");
  }
  budget_charge(r->L, 1 + (uint64_t)(r->at - begin) / 8);
  return (whole && push_integer(r, begin)) || push_float(r, begin);
}

// Moves `count` members, key and value each, from the stack into the table at `slot`.
static void store_members(reader *r, int slot, int count) {
  for (int i = 0; i < count; i++) {
    lua_pushvalue(r->L, slot + 1 + 2 * i);
    lua_pushvalue(r->L, slot + 2 + 2 * i);
    lua_rawset(r->L, slot);
  }
  lua_settop(r->L, slot);
}

static void make_object(reader *r, int slot, size_t offset, int size) {
  lua_createtable(r->L, 0, size + 1);
  lua_Integer shape = r->document == DOCUMENT_NONE ? -1 : (lua_Integer)offset * DOCUMENT_COUNT + r->document;
  lua_pushinteger(r->L, shape);
  lua_rawsetp(r->L, -2, &tag_shape);
  lua_replace(r->L, slot);
}

static bool push_member(reader *r) {
  skip_space(r);
  if (!next_is(r, '"')) return fail(r, "object key expected");
  r->at++;
  if (!push_string(r)) return false;
  skip_space(r);
  if (!next_is(r, ':')) return fail(r, "':' expected");
  r->at++;
  return push_value(r);
}

static bool push_object(reader *r) {
  size_t offset = (size_t)(r->at - r->start);
  int held = 0;
  bool made = false;
  lua_pushnil(r->L);
  int slot = lua_gettop(r->L);
  r->at++;
  skip_space(r);
  if (next_is(r, '}')) {
    r->at++;
    make_object(r, slot, offset, 0);
    return true;
  }
  for (;; r->at++) {
    if (!push_member(r)) return false;
    if (++held == MEMBERS_HELD) {
      if (!made) make_object(r, slot, offset, 2 * MEMBERS_HELD);
      store_members(r, slot, held);
      made = true;
      held = 0;
    }
    skip_space(r);
    if (!next_is(r, ',')) break;
  }
  if (!next_is(r, '}')) return fail(r, "',' or '}' expected");
  r->at++;
  if (!made) make_object(r, slot, offset, held);
  store_members(r, slot, held);
  return true;
}

// Moves `count` elements from the stack into the table at `slot`, after `stored` earlier ones.
static void store_elements(reader *r, int slot, int count, lua_Integer stored) {
  for (int i = 1; i <= count; i++) {
    lua_pushvalue(r->L, slot + i);
    lua_rawseti(r->L, slot, stored + i);
  }
  lua_settop(r->L, slot);
}

static void make_array(reader *r, int slot, int size) {
  lua_createtable(r->L, allocator_list_slots((size_t)size), 0);
  lua_rawgetp(r->L, LUA_REGISTRYINDEX, &key_array_metatable);
  lua_setmetatable(r->L, -2);
  lua_replace(r->L, slot);
}

static bool push_array(reader *r) {
  int held = 0;
  lua_Integer stored = 0;
  lua_pushnil(r->L);
  int slot = lua_gettop(r->L);
  r->at++;
  skip_space(r);
  if (next_is(r, ']')) {
    r->at++;
    make_array(r, slot, 0);
    return true;
  }
  for (;; r->at++) {
    if (!push_value(r)) return false;
    if (++held == ELEMENTS_HELD) {
      if (stored == 0) make_array(r, slot, 2 * ELEMENTS_HELD);
      store_elements(r, slot, held, stored);
      stored += held;
      held = 0;
    }
    skip_space(r);
    if (!next_is(r, ',')) break;
  }
  if (!next_is(r, ']')) return fail(r, "',' or ']' expected");
  r->at++;
  if (stored == 0) make_array(r, slot, held);
  store_elements(r, slot, held, stored);
  return true;
}

static bool push_container(reader *r) {
  if (++r->depth > JSON_DEPTH_MAX) return fail(r, "nested deeper than 128 levels");
  luaL_checkstack(r->L, 2 * ELEMENTS_HELD + 8, "JSON");
  bool pushed = *r->at == '{' ? push_object(r) : push_array(r);
  r->depth--;
  return pushed;
}

static bool push_word(reader *r, const char *word, size_t len) {
  if ((size_t)(r->end - r->at) < len || memcmp(r->at, word, len) != 0) return fail(r, "unexpected word");
  r->at += len;
  if (*word == 'n') {
    lua_pushlightuserdata(r->L, (void *)&tag_null);
  } else {
    lua_pushboolean(r->L, *word == 't');
  }
  return true;
}

static bool push_value(reader *r) {
  skip_space(r);
  if (r->at == r->end) return fail(r, "unexpected end");
  switch (*r->at) {
    case '{':
    case '[':
      return push_container(r);
    case '"':
      r->at++;
      return push_string(r);
    case 't':
      return push_word(r, "true", 4);
    case 'f':
      return push_word(r, "false", 5);
    case 'n':
      return push_word(r, "null", 4);
    default:
      return push_number(r);
  }
}

// Pushes the value that a JSON text stands for. Objects remember their place if `document` names a text of this call.
// Returns false, with the problem in words and nothing pushed, when the text is not JSON.
bool json_push(lua_State *L, sandbox_text text, int document, char *problem, size_t problem_size) {
  reader r = {.L = L, .sb = sandbox_of(L), .start = text.bytes, .at = text.bytes, .end = text.bytes + text.len,
              .document = document, .problem = problem, .problem_size = problem_size};
  int top = lua_gettop(L);
  problem[0] = '\0';
  luaL_checkstack(L, 2 * ELEMENTS_HELD + 8, "JSON");
  budget_charge(L, text.len / 64);
  bool ok = text_is_utf8(text.bytes, text.len) || fail(&r, "invalid UTF-8");
  ok = ok && push_value(&r);
  if (ok) skip_space(&r);
  if (ok && r.at != r.end) ok = fail(&r, "unexpected text after the value");
  if (!ok) lua_settop(L, top);
  return ok;
}
