// `string.find`, `match`, `gmatch` and `gsub`, which agree with Lua's own but can be stopped.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE  // memmem, which takes linear time
#endif
#include <string.h>

#include "pattern.h"

#define SPECIALS "^$*+?.([%-"

static size_t start_position(lua_Integer position, size_t len) {
  if (position > 0) return (size_t)position;
  if (position == 0 || position < -(lua_Integer)len) return 1;
  return len + (size_t)position + 1;
}

static bool has_specials(const char *pattern, size_t len) {
  for (size_t i = 0; i < len; i++) {
    if (pattern[i] != '\0' && strchr(SPECIALS, pattern[i]) != NULL) return true;
  }
  return false;
}

static int find_plain(lua_State *L, const char *s, size_t len, const char *p, size_t plen, size_t init) {
  const char *found = memmem(s + init, len - init, p, plen);
  budget_charge(L, 1 + (found == NULL ? len - init : (size_t)(found - s) - init) / 32 + plen / 32);
  if (found == NULL) {
    lua_pushnil(L);
    return 1;
  }
  lua_pushinteger(L, found - s + 1);
  lua_pushinteger(L, (lua_Integer)((size_t)(found - s) + plen));
  return 2;
}

static int push_found(matcher *m, const char *begin, const char *end, bool find) {
  if (!find) return matcher_push_captures(m, begin, end);
  lua_pushinteger(m->L, begin - m->subject + 1);
  lua_pushinteger(m->L, end - m->subject);
  return matcher_push_captures(m, NULL, NULL) + 2;
}

static int find_or_match(lua_State *L, bool find) {
  size_t len, plen;
  const char *s = luaL_checklstring(L, 1, &len), *p = luaL_checklstring(L, 2, &plen);
  size_t init = start_position(luaL_optinteger(L, 3, 1), len) - 1;
  if (init > len) {
    lua_pushnil(L);
    return 1;
  }
  if (find && (lua_toboolean(L, 4) || !has_specials(p, plen))) return find_plain(L, s, len, p, plen, init);
  bool anchored = plen > 0 && *p == '^';
  matcher m;
  matcher_start(&m, L, s, len, p, plen);
  if (anchored) p++;
  for (const char *at = s + init; at <= m.subject_end; at++) {
    m.level = 0;
    const char *end = matcher_match(&m, at, p);
    if (end != NULL) {
      matcher_settle(&m);
      return push_found(&m, at, end, find);
    }
    if (anchored) break;
  }
  matcher_settle(&m);
  lua_pushnil(L);
  return 1;
}

int pattern_find(lua_State *L) { return find_or_match(L, true); }

int pattern_match(lua_State *L) { return find_or_match(L, false); }

// Upvalues: subject, pattern, where to go on, and where the last match ended (-1: none yet), as offsets.
static int gmatch_step(lua_State *L) {
  size_t len, plen;
  const char *s = lua_tolstring(L, lua_upvalueindex(1), &len), *p = lua_tolstring(L, lua_upvalueindex(2), &plen);
  lua_Integer last = lua_tointeger(L, lua_upvalueindex(4));
  matcher m;
  matcher_start(&m, L, s, len, p, plen);
  for (const char *at = s + lua_tointeger(L, lua_upvalueindex(3)); at <= m.subject_end; at++) {
    m.level = 0;
    const char *end = matcher_match(&m, at, p);
    if (end == NULL || end - s == last) continue;
    matcher_settle(&m);
    lua_pushinteger(L, end - s);
    lua_copy(L, -1, lua_upvalueindex(3));
    lua_copy(L, -1, lua_upvalueindex(4));
    return matcher_push_captures(&m, at, end);
  }
  matcher_settle(&m);
  return 0;
}

int pattern_gmatch(lua_State *L) {
  size_t len;
  luaL_checklstring(L, 1, &len);
  luaL_checkstring(L, 2);
  size_t init = start_position(luaL_optinteger(L, 3, 1), len) - 1;
  lua_settop(L, 2);
  lua_pushinteger(L, (lua_Integer)(init > len ? len + 1 : init));
  lua_pushinteger(L, -1);
  lua_pushcclosure(L, gmatch_step, 4);
  return 1;
}

static void add_capture(matcher *m, string_builder *b, int index, const char *begin, const char *end) {
  const char *start;
  char number[NUMBER_MAX];
  ptrdiff_t len = matcher_capture(m, index, begin, end, &start);
  if (len == CAPTURE_POSITION) {
    builder_add(b, number, number_write_integer(start - m->subject + 1, number));
  } else {
    builder_add(b, start, (size_t)len);
  }
}

static void add_template(matcher *m, string_builder *b, const char *begin, const char *end) {
  size_t len;
  const char *t = lua_tolstring(m->L, 3, &len);
  matcher_settle(m);
  budget_charge(m->L, len / 16);
  for (const char *stop = t + len; t < stop;) {
    const char *escape = memchr(t, '%', (size_t)(stop - t));
    builder_add(b, t, (size_t)((escape == NULL ? stop : escape) - t));
    if (escape == NULL) return;
    char c = escape[1];
    if (c == '%') {
      builder_add(b, "%", 1);
    } else if (c == '0') {
      builder_add(b, begin, (size_t)(end - begin));
    } else if (c >= '1' && c <= '9') {
      add_capture(m, b, c - '1', begin, end);
    } else {
      luaL_error(m->L, "invalid use of '%%' in replacement string");
    }
    t = escape + 2;
  }
}

// Adds what a function or table gives for this match, or the match itself.
static void add_computed(matcher *m, string_builder *b, const char *begin, const char *end, int type) {
  lua_State *L = m->L;
  matcher_settle(m);
  if (type == LUA_TFUNCTION) {
    lua_pushvalue(L, 3);
    lua_call(L, matcher_push_captures(m, begin, end), 1);
  } else {
    const char *start;
    ptrdiff_t len = matcher_capture(m, 0, begin, end, &start);
    if (len == CAPTURE_POSITION) {
      lua_pushinteger(L, start - m->subject + 1);
    } else {
      lua_pushlstring(L, start, (size_t)len);
    }
    lua_gettable(L, 3);
  }
  size_t len = (size_t)(end - begin);
  const char *text = begin;
  if (lua_toboolean(L, -1)) {
    if (!lua_isstring(L, -1)) luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    text = lua_tolstring(L, -1, &len);
  }
  builder_add(b, text, len);
  lua_pop(L, 1);
}

static void add_replacement(matcher *m, string_builder *b, const char *begin, const char *end, int type) {
  if (type == LUA_TFUNCTION || type == LUA_TTABLE) {
    add_computed(m, b, begin, end, type);
  } else {
    add_template(m, b, begin, end);
  }
}

int pattern_gsub(lua_State *L) {
  size_t len, plen;
  const char *s = luaL_checklstring(L, 1, &len), *p = luaL_checklstring(L, 2, &plen), *last = NULL;
  int type = lua_type(L, 3);
  lua_Integer limit = luaL_optinteger(L, 4, (lua_Integer)len + 1), count = 0;
  luaL_argexpected(L, type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION || type == LUA_TTABLE, 3,
                   "string/function/table");
  bool anchored = plen > 0 && *p == '^';
  matcher m;
  string_builder b;
  matcher_start(&m, L, s, len, p, plen);
  builder_start(L, &b);
  if (anchored) p++;
  while (count < limit) {
    m.level = 0;
    const char *end = matcher_match(&m, s, p);
    if (end != NULL && end != last) {
      count++;
      add_replacement(&m, &b, s, end, type);
      s = last = end;
    } else if (s < m.subject_end) {
      builder_add(&b, s++, 1);
    } else {
      break;
    }
    if (anchored) break;
  }
  matcher_settle(&m);
  builder_add(&b, s, (size_t)(m.subject_end - s));
  builder_push(&b);
  lua_pushinteger(L, count);
  return 2;
}
