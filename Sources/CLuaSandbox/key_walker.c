// Reads the keys of an object again from the JSON text that it was made from, to know their order. The text has been
// read in full before, so nothing is checked twice.
#include "internal.h"

static void skip_string(key_walker *w) {
  for (w->at++; *w->at != '"'; w->at++) {
    if (*w->at == '\\') w->at++;
  }
  w->at++;
}

static void skip_value(key_walker *w) {
  int depth = 0;
  do {
    switch (*w->at) {
      case '"':
        skip_string(w);
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
    w->at++;
  } while (depth > 0 || (*w->at != ',' && *w->at != '}' && *w->at != ']'));
}

// Finds the text of the object at stack index `table`. False when it has none: a script made the table.
bool key_walker_start(lua_State *L, int table, key_walker *walker) {
  lua_Integer shape = lua_rawgetp(L, table, &tag_shape) == LUA_TNUMBER ? lua_tointeger(L, -1) : -1;
  lua_pop(L, 1);
  if (shape < 0) return false;
  sandbox_text document = sandbox_of(L)->documents[shape % DOCUMENT_COUNT];
  walker->at = document.bytes + shape / DOCUMENT_COUNT + 1;
  walker->end = document.bytes + document.len;
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
  skip_string(w);
  push_key(L, begin, (size_t)(w->at - 1 - begin));
  while (*w->at != ':') w->at++;
  w->at++;
  const char *value = w->at;
  skip_value(w);
  budget_charge(L, 1 + (uint64_t)(w->at - value) / 32);
  return true;
}
