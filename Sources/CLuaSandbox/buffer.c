// Growing texts: one kind in plain memory for results and logs, one in Lua's own (and capped) memory for strings.
#include <stdlib.h>
#include <string.h>

#include "internal.h"

void buffer_reserve(lua_State *L, byte_buffer *b, size_t more) {
  if (b->capacity - b->len >= more) return;
  size_t capacity = b->capacity < 1024 ? 1024 : b->capacity * 2;
  while (capacity - b->len < more) capacity *= 2;
  char *bytes = realloc(b->bytes, capacity);
  if (bytes == NULL) budget_kill(L, SANDBOX_MEMORY);
  b->bytes = bytes;
  b->capacity = capacity;
}

void buffer_append(lua_State *L, byte_buffer *b, const char *bytes, size_t len) {
  buffer_reserve(L, b, len);
  if (len > 0) memcpy(b->bytes + b->len, bytes, len);
  b->len += len;
}

// Empties a buffer, and gives its memory back when it holds more than `keep`.
void buffer_trim(byte_buffer *b, size_t keep) {
  b->len = 0;
  if (b->capacity <= keep) return;
  free(b->bytes);
  b->bytes = NULL;
  b->capacity = 0;
}

void builder_start(lua_State *L, string_builder *b) {
  b->L = L;
  b->bytes = b->initial;
  b->len = 0;
  b->capacity = sizeof b->initial;
  lua_pushnil(L);
  b->slot = lua_gettop(L);
}

static void grow(string_builder *b, size_t more) {
  if (more > SIZE_MAX / 2 - b->len) budget_kill(b->L, SANDBOX_MEMORY);
  size_t capacity = b->capacity * 2;
  if (capacity < b->len + more) capacity = b->len + more;
  char *bytes = lua_newuserdatauv(b->L, capacity, 0);
  memcpy(bytes, b->bytes, b->len);
  lua_replace(b->L, b->slot);
  b->bytes = bytes;
  b->capacity = capacity;
  budget_charge(b->L, b->len / 64);
}

void builder_add(string_builder *b, const char *bytes, size_t len) {
  if (b->capacity - b->len < len) grow(b, len);
  memcpy(b->bytes + b->len, bytes, len);
  b->len += len;
}

// Pushes the finished string.
void builder_push(string_builder *b) { lua_pushlstring(b->L, b->bytes, b->len); }
