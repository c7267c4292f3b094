// Reads objects and arrays again in the JSON text that they were made from: for the order of keys, and for numbers as they
// were written. The text has been read in full before, so nothing is checked twice.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static const char *skip_string(const char *at) {
  for (at++; *at != '"'; at++) {
    if (*at == '\\') at++;
  }
  return at + 1;
}

static const char *skip_value(const char *at) {
  int depth = 0;
  do {
    switch (*at) {
      case '"':
        at = skip_string(at);
        continue;
      case '{':
      case '[':
        depth++;
        break;
      case '}':
      case ']':
        depth--;
        break;
      default:
        break;
    }
    at++;
  } while (depth > 0 || (*at != ',' && *at != '}' && *at != ']'));
  return at;
}

// Finds the text of the object at stack index `table`. False when it has none: a script made the table.
bool key_walker_start(lua_State *L, int table, key_walker *walker) {
  lua_Integer shape = lua_rawgetp(L, table, &tag_shape) == LUA_TNUMBER ? lua_tointeger(L, -1) : -1;
  lua_pop(L, 1);
  if (shape < 0) return false;
  sandbox_text document = sandbox_of(L)->documents[shape % DOCUMENT_COUNT];
  walker->start = document.bytes;
  walker->at = document.bytes + shape / DOCUMENT_COUNT + 1;
  return true;
}

static void push_key(lua_State *L, const char *begin, size_t len) {
  char problem[64];
  for (size_t i = 0; i < len; i++) {
    if (begin[i] != '\\') continue;
    json_push(L, (sandbox_text){begin - 1, len + 2}, DOCUMENT_NONE, problem, sizeof problem);
    return;
  }
  lua_pushlstring(L, begin, len);
}

// Pushes the next key; false, with nothing pushed, after the last.
bool key_walker_push_next(lua_State *L, key_walker *w) {
  while (*w->at != '"' && *w->at != '}') w->at++;
  if (*w->at == '}') return false;
  const char *begin = w->at + 1;
  w->at = skip_string(w->at);
  push_key(L, begin, (size_t)(w->at - 1 - begin));
  while (*w->at != ':') w->at++;
  w->at++;
  w->value = w->at;
  w->at = skip_value(w->at);
  budget_charge(L, 1 + (uint64_t)(w->at - w->value) / 32);
  return true;
}

static const char *skip_space(const char *at) { return at + strspn(at, " \n\t\r"); }

// Begins at the first item of the array at `source`, if there is one.
void item_walker_start(item_walker *w, const char *source) {
  *w = (item_walker){.at = NULL, .position = 1};
  if (source == NULL || *(source = skip_space(source)) != '[') return;
  source = skip_space(source + 1);
  if (*source != ']') w->at = source;
}

// The text of the item at `position`, which is not before that of the last call; null when there is none.
const char *item_walker_seek(lua_State *L, item_walker *w, lua_Integer position) {
  while (w->at != NULL && w->position < position) {
    const char *end = skip_value(w->at);
    budget_charge(L, 1 + (uint64_t)(end - w->at) / 32);
    w->at = *end == ',' ? end + 1 : NULL;
    w->position++;
  }
  return w->at;
}

// The length of the number at `source`, which is moved to its first digit, if it stands for exactly this value; else 0.
size_t source_number(lua_State *L, const char **source, lua_Number value) {
  if (*source == NULL) return 0;
  *source = skip_space(*source);
  size_t len = strspn(*source, "-+.0123456789eE");
  budget_charge(L, 10 + len / 8);
  if (len == 0) return 0;
  double written = strtod(*source, NULL);
  return written == value && !signbit(written) == !signbit(value) ? len : 0;
}
