// Lua values to JSON text, written as JavaScript's `JSON.stringify` writes it. Metamethods are not called: what a script
// built is what is written.
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

// A step on the way from the root to the value that is being written, to name it in errors.
typedef struct {
  const char *key;
  size_t len;
  lua_Integer position;
  const void *table;
} path_step;

typedef struct {
  lua_State *L;
  byte_buffer *out;
  size_t begin, limit;
  int depth;
  json_outcome outcome;
  char *problem;
  size_t problem_size;
  path_step path[JSON_DEPTH_MAX + 1];
} writer;

// Here and below, `source` is where the value may stand in a JSON text of this call, or null: numbers that are still the same
// are written as they were there, also those that Lua cannot hold in full.
static bool write_value(writer *w, int index, const char *source);

static size_t add_text(writer *w, size_t used, const char *format, ...) __attribute__((format(printf, 3, 4)));
static size_t add_text(writer *w, size_t used, const char *format, ...) {
  if (used >= w->problem_size) return used;
  va_list arguments;
  va_start(arguments, format);
  int added = vsnprintf(w->problem + used, w->problem_size - used, format, arguments);
  va_end(arguments);
  return used + (size_t)added;
}

static bool fail(writer *w, const char *what) {
  w->outcome = JSON_UNWRITABLE;
  size_t used = add_text(w, 0, "%s at ", what);
  for (int i = 0; i < w->depth && i < 16; i++) {
    const path_step *step = &w->path[i];
    if (step->key != NULL) used = add_text(w, used, ".%.*s", (int)text_cut(step->key, step->len, 40), step->key);
    if (step->key == NULL && step->position > 0) used = add_text(w, used, "[%lld]", (long long)step->position);
  }
  if (w->depth > 16) used = add_text(w, used, "...");
  if (w->depth == 0 || (w->path[0].key == NULL && w->path[0].position == 0)) add_text(w, used, "the top");
  return false;
}

static bool has_room(writer *w) {
  if (w->out->len - w->begin <= w->limit) return true;
  w->outcome = JSON_TOO_LARGE;
  snprintf(w->problem, w->problem_size, "larger than %zu bytes", w->limit);
  return false;
}

static void put(writer *w, const char *bytes, size_t len) { buffer_append(w->L, w->out, bytes, len); }

static void put_byte(writer *w, char c) {
  if (w->out->len == w->out->capacity) buffer_reserve(w->L, w->out, 1);
  w->out->bytes[w->out->len++] = c;
}

static void put_control(writer *w, unsigned char c) {
  static const char shorts[] = "btn\0fr", hex[] = "0123456789abcdef";
  char escape[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
  if (c == '"' || c == '\\' || (c >= '\b' && c <= '\r' && c != '\v')) {
    escape[1] = c == '"' || c == '\\' ? (char)c : shorts[c - '\b'];
    put(w, escape, 2);
  } else {
    put(w, escape, 6);
  }
}

static bool is_surrogate(const char *s, size_t left, unsigned char low, unsigned char high) {
  return left >= 3 && (unsigned char)s[0] == 0xED && (unsigned char)s[1] >= low && (unsigned char)s[1] <= high && ((unsigned char)s[2] & 0xC0) == 0x80;
}

// Strings may hold half of a surrogate pair, as JSON may: `json_read.c` keeps it as three bytes. It is written as an escape,
// two halves that met as the character that they make.
static size_t put_surrogate(writer *w, const char *s, size_t left) {
  uint32_t unit = 0xD000 | ((uint32_t)s[1] & 0x3F) << 6 | ((uint32_t)s[2] & 0x3F);
  if (unit < 0xDC00 && is_surrogate(s + 3, left - 3, 0xB0, 0xBF)) {
    uint32_t low = 0xD000 | ((uint32_t)s[4] & 0x3F) << 6 | ((uint32_t)s[5] & 0x3F);
    uint32_t c = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    char four[4] = {(char)(0xF0 | c >> 18), (char)(0x80 | (c >> 12 & 0x3F)), (char)(0x80 | (c >> 6 & 0x3F)), (char)(0x80 | (c & 0x3F))};
    put(w, four, 4);
    return 6;
  }
  char escape[8];
  snprintf(escape, sizeof escape, "\\u%04x", (unsigned)unit);
  put(w, escape, 6);
  return 3;
}

static size_t plain_run(const char *s, size_t len) {
  size_t i = 0;
  while (i < len && (unsigned char)s[i] >= 0x20 && s[i] != '"' && s[i] != '\\' && (unsigned char)s[i] != 0xED) i++;
  return i;
}

static size_t put_special(writer *w, const char *s, size_t left) {
  if ((unsigned char)*s != 0xED) {
    put_control(w, (unsigned char)*s);
    return 1;
  }
  if (is_surrogate(s, left, 0xA0, 0xBF)) return put_surrogate(w, s, left);
  if (left < 3 || !text_is_utf8(s, 3)) return 0;
  put(w, s, 3);
  return 3;
}

static bool write_string(writer *w, const char *s, size_t len) {
  budget_charge(w->L, 1 + len / 32);
  if (len > w->limit) {
    w->outcome = JSON_TOO_LARGE;
    snprintf(w->problem, w->problem_size, "larger than %zu bytes", w->limit);
    return false;
  }
  put_byte(w, '"');
  for (size_t i = 0; i < len;) {
    size_t run = plain_run(s + i, len - i);
    if (!text_is_utf8(s + i, run)) return fail(w, "string that is not UTF-8");
    put(w, s + i, run);
    i += run;
    if (i == len) break;
    size_t taken = put_special(w, s + i, len - i);
    if (taken == 0) return fail(w, "string that is not UTF-8");
    i += taken;
  }
  put_byte(w, '"');
  return has_room(w);
}

// Making the shortest digits takes a microsecond, for the smallest numbers several.
static uint64_t double_steps(double value) {
  if (value == floor(value)) return 10;
  return fabs(value) < DBL_MIN ? 1000 : 100;
}

static bool write_number(writer *w, int index, const char *source) {
  char text[NUMBER_MAX];
  if (lua_isinteger(w->L, index)) {
    put(w, text, number_write_integer(lua_tointeger(w->L, index), text));
    return has_room(w);
  }
  double value = lua_tonumber(w->L, index);
  size_t len = source_number(w->L, &source, value);
  if (len > 0) {
    put(w, source, len);
    return has_room(w);
  }
  if (!isfinite(value)) return fail(w, isnan(value) ? "number that is not a number (NaN)" : "infinite number");
  budget_charge(w->L, double_steps(value));
  put(w, text, number_write_double(value, text));
  return has_room(w);
}

static path_step *step_into(writer *w) { return &w->path[w->depth - 1]; }

static bool fail_key(writer *w, const char *what, int key) {
  char text[160];
  lua_pushvalue(w->L, key);
  size_t len;
  const char *shown = lua_isstring(w->L, -1) ? lua_tolstring(w->L, -1, &len) : luaL_typename(w->L, -1);
  len = strlen(shown);
  snprintf(text, sizeof text, "%s '%.*s' in a table", what, (int)text_cut(shown, len, 60), shown);
  step_into(w)->key = NULL;
  step_into(w)->position = 0;
  w->depth--;
  fail(w, text);
  w->depth++;
  return false;
}

// A list of `n` items must have the keys 1 to n and no others.
static bool check_list_keys(writer *w, int table, lua_Integer n) {
  lua_Integer count = 0;
  lua_pushnil(w->L);
  while (lua_next(w->L, table)) {
    lua_pop(w->L, 1);
    if (keys_is_hidden(w->L, -1)) continue;
    if (!lua_isinteger(w->L, -1)) return fail_key(w, "besides list items, key", lua_gettop(w->L));
    lua_Integer key = lua_tointeger(w->L, -1);
    if (key < 1 || key > n) return fail_key(w, "list with a hole before position", lua_gettop(w->L));
    count++;
  }
  return count == n || fail(w, "list with a hole");
}

static bool is_number_or_table(int type) { return type == LUA_TNUMBER || type == LUA_TTABLE; }

static bool write_array(writer *w, int table, const char *source) {
  item_walker items;
  lua_Integer n = (lua_Integer)lua_rawlen(w->L, table);
  budget_charge(w->L, (uint64_t)n);
  if (!check_list_keys(w, table, n)) return false;
  put_byte(w, '[');
  step_into(w)->key = NULL;
  item_walker_start(&items, source);
  for (lua_Integer i = 1; i <= n; i++) {
    if (i > 1) put_byte(w, ',');
    step_into(w)->position = i;
    bool sought = is_number_or_table(lua_rawgeti(w->L, table, i));
    if (!write_value(w, lua_gettop(w->L), sought ? item_walker_seek(w->L, &items, i) : NULL)) return false;
    lua_pop(w->L, 1);
  }
  put_byte(w, ']');
  return true;
}

// Writes one member; its value is on top of the stack and is taken from it.
static bool write_member(writer *w, const char *key, size_t len, bool first, const char *source) {
  step_into(w)->key = key;
  step_into(w)->len = len;
  if (!first) put_byte(w, ',');
  if (!write_string(w, key, len)) return false;
  put_byte(w, ':');
  if (!write_value(w, lua_gettop(w->L), source)) return false;
  lua_pop(w->L, 1);
  return true;
}

// The usual case: no key was added, so the JSON text that the table came from knows the order of all. Writes the members
// and returns how many there are; -1 on failure.
static int64_t write_in_old_order(writer *w, int table, key_walker *walker) {
  int64_t written = 0;
  while (key_walker_push_next(w->L, walker)) {
    int key_index = lua_gettop(w->L);
    lua_pushvalue(w->L, key_index);
    if (lua_rawget(w->L, table) != LUA_TNIL) {
      size_t len;
      const char *key = lua_tolstring(w->L, key_index, &len);
      if (!write_member(w, key, len, written == 0, walker->value)) return -1;
      written++;
    }
    lua_settop(w->L, key_index - 1);
  }
  return written;
}

static int64_t member_count(writer *w, int table) {
  int64_t count = 0;
  lua_pushnil(w->L);
  while (lua_next(w->L, table)) {
    lua_pop(w->L, 1);
    if (!keys_is_hidden(w->L, -1)) count++;
  }
  return count;
}

static bool write_sorted(writer *w, int table) {
  size_t count;
  const table_key *keys = keys_push_sorted(w->L, table, &count);
  key_walker walker;
  bool has_source = key_walker_start(w->L, table, &walker);
  for (size_t i = 0; i < count; i++) {
    if (keys[i].kind == KEY_INDEX || keys[i].kind == KEY_STRING) continue;
    if (keys[i].kind == KEY_INTEGER) lua_pushinteger(w->L, keys[i].as.integer);
    if (keys[i].kind == KEY_FLOAT) lua_pushnumber(w->L, keys[i].as.number);
    if (keys[i].kind == KEY_BOOLEAN) lua_pushliteral(w->L, "true or false");
    if (keys[i].kind == KEY_OTHER) lua_pushliteral(w->L, "table or function");
    return fail_key(w, "JSON keys are strings; key", lua_gettop(w->L));
  }
  for (size_t i = 0; i < count; i++) {
    lua_pushlstring(w->L, keys[i].text, keys[i].len);
    lua_rawget(w->L, table);
    const char *source = has_source && keys[i].rank != UINT32_MAX ? walker.start + keys[i].rank : NULL;
    if (!write_member(w, keys[i].text, keys[i].len, i == 0, source)) return false;
  }
  lua_pop(w->L, 1);
  return true;
}

static bool write_object(writer *w, int table) {
  key_walker walker;
  put_byte(w, '{');
  size_t mark = w->out->len;
  if (key_walker_start(w->L, table, &walker)) {
    int64_t written = write_in_old_order(w, table, &walker);
    if (written < 0) return false;
    if (written == member_count(w, table)) {
      put_byte(w, '}');
      return true;
    }
    w->out->len = mark;
  }
  if (!write_sorted(w, table)) return false;
  put_byte(w, '}');
  return true;
}

static bool is_array(writer *w, int table) {
  if (lua_getmetatable(w->L, table)) {
    bool marked = lua_topointer(w->L, -1) == sandbox_of(w->L)->array_metatable;
    lua_pop(w->L, 1);
    if (marked) return true;
  }
  bool object = lua_rawgetp(w->L, table, &tag_shape) == LUA_TNUMBER;
  bool array = !object && lua_toboolean(w->L, -1);
  lua_pop(w->L, 1);
  return array || (!object && lua_rawlen(w->L, table) > 0);
}

static bool contains_itself(writer *w, const void *table) {
  for (int i = 0; i < w->depth; i++) {
    if (w->path[i].table == table) return true;
  }
  return false;
}

static bool write_table(writer *w, int table, const char *source) {
  const void *identity = lua_topointer(w->L, table);
  if (w->depth == JSON_DEPTH_MAX) return fail(w, contains_itself(w, identity) ? "table that contains itself" : "nested deeper than 128 levels");
  luaL_checkstack(w->L, 16, "JSON");
  budget_charge(w->L, 4);
  context_force(w->L, table);
  w->path[w->depth++] = (path_step){.table = identity};
  bool written = is_array(w, table) ? write_array(w, table, source) : write_object(w, table);
  if (written) w->depth--;
  return written && has_room(w);
}

static bool write_value(writer *w, int index, const char *source) {
  size_t len;
  char what[64];
  switch (lua_type(w->L, index)) {
    case LUA_TTABLE:
      return write_table(w, index, source);
    case LUA_TSTRING: {
      const char *s = lua_tolstring(w->L, index, &len);
      return write_string(w, s, len);
    }
    case LUA_TNUMBER:
      return write_number(w, index, source);
    case LUA_TBOOLEAN:
      put(w, lua_toboolean(w->L, index) ? "true" : "false", lua_toboolean(w->L, index) ? 4 : 5);
      return true;
    default:
      break;
  }
  if (lua_type(w->L, index) == LUA_TLIGHTUSERDATA && lua_touserdata(w->L, index) == &tag_null) {
    put(w, "null", 4);
    return true;
  }
  snprintf(what, sizeof what, "%s, which JSON does not have,", luaL_typename(w->L, index));
  return fail(w, what);
}

// Appends the JSON of the value at `index` to `out` of the sandbox. On failure `out` is as before and the problem is told
// in words that follow "result: ".
json_outcome json_write(lua_State *L, int index, size_t limit, char *problem, size_t problem_size) {
  sandbox *sb = sandbox_of(L);
  writer w = {.L = L, .out = &sb->out, .begin = sb->out.len, .limit = limit, .problem = problem, .problem_size = problem_size};
  int top = lua_gettop(L);
  if (!write_value(&w, lua_absindex(L, index), NULL)) {
    lua_settop(L, top);
    sb->out.len = w.begin;
  }
  return w.outcome;
}

// Says how a table is to be written while it is empty, and that it is no longer in the order of a JSON text.
void json_mark(lua_State *L, int index, bool array) {
  index = lua_absindex(L, index);
  if (array) {
    lua_pushboolean(L, 1);
  } else {
    lua_pushinteger(L, -1);
  }
  lua_rawsetp(L, index, &tag_shape);
}
