// Base64 and hexadecimal (RFC 4648), percent-encoding (RFC 3986 and the form encoding of the WHATWG URL standard).
#include <string.h>

#include "native.h"

#define BYTES_PER_STEP 32

static const char standard_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Memory for a result of at most `size` bytes; anchored on the stack.
static char *make_room(lua_State *L, size_t size) { return lua_newuserdatauv(L, size + 1, 0); }

// `base64_encode(s, url, padding)`
static int base64_encode(lua_State *L) {
  size_t len;
  const unsigned char *s = (const unsigned char *)native_text(L, 1, "base64.encode", "s", &len);
  const char *digits = lua_toboolean(L, 2) ? url_digits : standard_digits;
  bool padded = lua_toboolean(L, 3);
  budget_charge(L, 1 + len / BYTES_PER_STEP);
  char *out = make_room(L, len / 3 * 4 + 4), *at = out;
  for (size_t i = 0; i < len; i += 3) {
    size_t left = len - i;
    uint32_t group = (uint32_t)s[i] << 16 | (left > 1 ? (uint32_t)s[i + 1] << 8 : 0) | (left > 2 ? s[i + 2] : 0);
    *at++ = digits[group >> 18];
    *at++ = digits[group >> 12 & 63];
    if (left > 1) *at++ = digits[group >> 6 & 63];
    if (left > 2) *at++ = digits[group & 63];
    for (size_t j = left; padded && j < 3; j++) *at++ = '=';
  }
  lua_pushlstring(L, out, (size_t)(at - out));
  return 1;
}

static int base64_value(unsigned char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  return c == '/' || c == '_' ? 63 : -1;
}

static int no_result(lua_State *L, const char *problem, size_t position) {
  lua_pushnil(L);
  if (position > 0) {
    lua_pushfstring(L, "%s at byte %I", problem, (LUAI_UACINT)position);
  } else {
    lua_pushstring(L, problem);
  }
  return 2;
}

static size_t without_padding(const char *s, size_t len) {
  size_t digits = len;
  while (digits > 0 && len - digits < 2 && s[digits - 1] == '=') digits--;
  return digits;
}

static int base64_decode(lua_State *L) {
  size_t len;
  const char *s = native_text(L, 1, "base64.decode", "s", &len);
  size_t digits = without_padding(s, len);
  budget_charge(L, 1 + len / BYTES_PER_STEP);
  char *out = make_room(L, len), *at = out;
  uint32_t bits = 0;
  for (size_t i = 0; i < digits; i++) {
    int value = base64_value((unsigned char)s[i]);
    if (value < 0) return no_result(L, "not a base64 digit", i + 1);
    bits = bits << 6 | (uint32_t)value;
    if (i % 4 > 0) *at++ = (char)(bits >> (6 - 2 * (i % 4)));
  }
  if (digits % 4 == 1 || (digits < len && len % 4 != 0)) return no_result(L, "base64 of a wrong length", 0);
  if ((digits % 4 == 2 && (bits & 15) != 0) || (digits % 4 == 3 && (bits & 3) != 0)) return no_result(L, "base64 that ends in stray bits", 0);
  lua_pushlstring(L, out, (size_t)(at - out));
  return 1;
}

static int hex_encode(lua_State *L) {
  static const char digits[] = "0123456789abcdef";
  size_t len;
  const unsigned char *s = (const unsigned char *)native_text(L, 1, "hex.encode", "s", &len);
  budget_charge(L, 1 + len / BYTES_PER_STEP);
  char *out = make_room(L, 2 * len);
  for (size_t i = 0; i < len; i++) {
    out[2 * i] = digits[s[i] >> 4];
    out[2 * i + 1] = digits[s[i] & 15];
  }
  lua_pushlstring(L, out, 2 * len);
  return 1;
}

static int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int hex_decode(lua_State *L) {
  size_t len;
  const char *s = native_text(L, 1, "hex.decode", "s", &len);
  budget_charge(L, 1 + len / BYTES_PER_STEP);
  char *out = make_room(L, len / 2);
  for (size_t i = 0; i < len; i++) {
    int value = hex_value(s[i]);
    if (value < 0) return no_result(L, "not a hexadecimal digit", i + 1);
    if (i % 2 == 0 && i + 1 < len) out[i / 2] = (char)(value << 4);
    if (i % 2 == 1) out[i / 2] = (char)(out[i / 2] | value);
  }
  if (len % 2 != 0) return no_result(L, "an odd number of hexadecimal digits", 0);
  lua_pushlstring(L, out, len / 2);
  return 1;
}

static bool is_alphanumeric(unsigned char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

// Pushes `s` with every byte escaped that is neither alphanumeric nor one of `kept`; a space becomes `space` if that is not 0.
static void push_percent_encoded(lua_State *L, const char *s, size_t len, const char *kept, char space) {
  static const char digits[] = "0123456789ABCDEF";
  budget_charge(L, 1 + len / BYTES_PER_STEP);
  char *out = make_room(L, 3 * len), *at = out;
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)s[i];
    if (is_alphanumeric(c) || (c != '\0' && strchr(kept, c) != NULL)) {
      *at++ = (char)c;
    } else if (c == ' ' && space != '\0') {
      *at++ = space;
    } else {
      *at++ = '%';
      *at++ = digits[c >> 4];
      *at++ = digits[c & 15];
    }
  }
  lua_pushlstring(L, out, (size_t)(at - out));
}

// `percent_encode(s, function)`: RFC 3986 section 2.3: all but the unreserved characters.
static int percent_encode(lua_State *L) {
  size_t len;
  const char *s = native_text(L, 1, luaL_optstring(L, 2, "url.encode"), "s", &len);
  push_percent_encoded(L, s, len, "-._~", '\0');
  return 1;
}

// The application/x-www-form-urlencoded percent-encode set of the URL standard.
static int form_encode(lua_State *L) {
  size_t len;
  const char *s = native_text(L, 1, "form.encode", "value", &len);
  push_percent_encoded(L, s, len, "*-._", '+');
  return 1;
}

// `percent_decode(s, plus)`: what is not an escape stays as it is; with `plus` a plus sign is a space.
static int percent_decode(lua_State *L) {
  size_t len;
  const char *s = native_text(L, 1, "url.decode", "s", &len);
  bool plus = lua_toboolean(L, 2);
  budget_charge(L, 1 + len / BYTES_PER_STEP);
  char *out = make_room(L, len), *at = out;
  for (size_t i = 0; i < len; i++) {
    int high = s[i] == '%' && len - i > 2 ? hex_value(s[i + 1]) : -1, low = high < 0 ? -1 : hex_value(s[i + 2]);
    if (low >= 0) {
      *at++ = (char)(high << 4 | low);
      i += 2;
    } else {
      *at++ = plus && s[i] == '+' ? ' ' : s[i];
    }
  }
  lua_pushlstring(L, out, (size_t)(at - out));
  return 1;
}

void native_encoding_open(lua_State *L) {
  static const luaL_Reg functions[] = {{"base64_decode", base64_decode}, {"base64_encode", base64_encode}, {"form_encode", form_encode},
                                       {"hex_decode", hex_decode},       {"hex_encode", hex_encode},       {"percent_decode", percent_decode},
                                       {"percent_encode", percent_encode}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
