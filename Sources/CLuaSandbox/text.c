// UTF-8, and how values look to people.
#include <stdint.h>
#include <string.h>

#include "internal.h"

// Bytes of the character at `s`; 0 when they are not UTF-8.
size_t text_sequence_length(const unsigned char *s, size_t left) {
  if (s[0] < 0x80) return 1;
  if (s[0] >= 0xC2 && s[0] <= 0xDF) return left > 1 && (s[1] & 0xC0) == 0x80 ? 2 : 0;
  if (s[0] >= 0xE0 && s[0] <= 0xEF) {
    if (left < 3 || (s[1] & 0xC0) != 0x80 || (s[2] & 0xC0) != 0x80) return 0;
    if (s[0] == 0xE0 && s[1] < 0xA0) return 0;
    return s[0] == 0xED && s[1] > 0x9F ? 0 : 3;
  }
  if (s[0] < 0xF0 || s[0] > 0xF4 || left < 4) return 0;
  if ((s[1] & 0xC0) != 0x80 || (s[2] & 0xC0) != 0x80 || (s[3] & 0xC0) != 0x80) return 0;
  if (s[0] == 0xF0 && s[1] < 0x90) return 0;
  return s[0] == 0xF4 && s[1] > 0x8F ? 0 : 4;
}

// Writes a character, or half of a surrogate pair, as UTF-8 writes them; at most 4 bytes.
size_t text_encode(uint32_t c, char *out) {
  if (c < 0x80) {
    out[0] = (char)c;
    return 1;
  }
  if (c < 0x800) {
    out[0] = (char)(0xC0 | c >> 6);
    out[1] = (char)(0x80 | (c & 0x3F));
    return 2;
  }
  if (c < 0x10000) {
    out[0] = (char)(0xE0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 0x3F));
    out[2] = (char)(0x80 | (c & 0x3F));
    return 3;
  }
  out[0] = (char)(0xF0 | c >> 18);
  out[1] = (char)(0x80 | (c >> 12 & 0x3F));
  out[2] = (char)(0x80 | (c >> 6 & 0x3F));
  out[3] = (char)(0x80 | (c & 0x3F));
  return 4;
}

static size_t ascii_run(const char *bytes, size_t len) {
  size_t i = 0;
  for (uint64_t word; i + 8 <= len; i += 8) {
    memcpy(&word, bytes + i, 8);
    if (word & 0x8080808080808080u) break;
  }
  return i;
}

bool text_is_utf8(const char *bytes, size_t len) {
  for (size_t i = 0; i < len;) {
    i += ascii_run(bytes + i, len - i);
    if (i == len) return true;
    size_t n = text_sequence_length((const unsigned char *)bytes + i, len - i);
    if (n == 0) return false;
    i += n;
  }
  return true;
}

// The longest prefix of at most `limit` bytes that does not end inside a character.
size_t text_cut(const char *bytes, size_t len, size_t limit) {
  if (len <= limit) return len;
  size_t cut = limit;
  while (cut > 0 && cut + 4 > limit && ((unsigned char)bytes[cut] & 0xC0) == 0x80) cut--;
  return cut;
}

static void push_type_name(lua_State *L, int index) {
  if (luaL_getmetafield(L, index, "__name") == LUA_TSTRING) return;
  lua_pushstring(L, luaL_typename(L, index));
}

// Pushes what `tostring` gives. Tables and functions show no address: it would tell scripts about the process, and differ
// from run to run.
void text_push_display(lua_State *L, int index) {
  index = lua_absindex(L, index);
  switch (lua_type(L, index)) {
    case LUA_TNIL:
      lua_pushliteral(L, "nil");
      return;
    case LUA_TBOOLEAN:
      lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
      return;
    case LUA_TNUMBER:
    case LUA_TSTRING:
      lua_pushvalue(L, index);
      lua_tolstring(L, -1, NULL);
      return;
    case LUA_TLIGHTUSERDATA:
      lua_pushstring(L, lua_touserdata(L, index) == &tag_null ? "null" : "userdata");
      return;
    default:
      break;
  }
  if (!luaL_callmeta(L, index, "__tostring")) {
    push_type_name(L, index);
    return;
  }
  if (!lua_isstring(L, -1)) luaL_error(L, "'__tostring' must return a string");
}
