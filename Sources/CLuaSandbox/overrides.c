// The second result of `transform`: what the script wants different about the request. Everything is checked here that a
// receiver or proxy could misread; where the request may go is decided later, by the egress guard.
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "internal.h"

#define METHOD_MAX 32
#define URL_MAX 8192

// Fields that frame the message or belong to the connection are not for scripts.
static const char *const reserved[] = {"connection", "content-length", "expect",  "host",    "keep-alive", "proxy-connection",
                                       "te",         "trailer",        "transfer-encoding", "upgrade"};

// Copies a text to memory that outlives Lua's. The buffer never moves, so earlier texts stay where they are.
static sandbox_text keep(lua_State *L, const char *bytes, size_t len) {
  byte_buffer *kept = &sandbox_of(L)->overrides;
  buffer_reserve(L, kept, kept->capacity == 0 ? OVERRIDES_MAX : 0);
  if (len > OVERRIDES_MAX - kept->len) fault_raise(L, SANDBOX_OUTPUT, "overrides are larger than %zu bytes", OVERRIDES_MAX);
  sandbox_text text = {kept->bytes + kept->len, len};
  buffer_append(L, kept, bytes, len);
  return text;
}

// A token of RFC 9110, 5.6.2: what methods and header names are made of.
static bool is_token(const char *s, size_t len) {
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)s[i];
    if (c >= 0x80 || (!isalnum(c) && (c == '\0' || strchr("!#$%&'*+-.^_`|~", c) == NULL))) return false;
  }
  return len > 0;
}

// A field value of RFC 9110, 5.5: no control characters but tab, no space at its ends.
static bool is_field_value(const char *s, size_t len) {
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)s[i];
    if ((c < 0x20 && c != '\t') || c == 0x7F) return false;
  }
  return len == 0 || (strchr(" \t", s[0]) == NULL && strchr(" \t", s[len - 1]) == NULL);
}

static bool is_visible_ascii(const char *s, size_t len) {
  for (size_t i = 0; i < len; i++) {
    if ((unsigned char)s[i] <= 0x20 || (unsigned char)s[i] >= 0x7F) return false;
  }
  return len > 0;
}

static const char *check_string(lua_State *L, const char *what, size_t *len) {
  if (lua_type(L, -1) != LUA_TSTRING) fault_raise(L, SANDBOX_RESULT, "override '%s' must be a string, not a %s", what, luaL_typename(L, -1));
  return lua_tolstring(L, -1, len);
}

static sandbox_text take_method(lua_State *L) {
  size_t len;
  const char *s = check_string(L, "method", &len);
  if (!is_token(s, len) || len > METHOD_MAX) fault_raise(L, SANDBOX_RESULT, "override 'method' is not an HTTP method");
  return keep(L, s, len);
}

static sandbox_text take_url(lua_State *L) {
  size_t len;
  const char *s = check_string(L, "url", &len);
  if (!is_visible_ascii(s, len)) fault_raise(L, SANDBOX_RESULT, "override 'url' must be made of visible ASCII characters");
  if (len > URL_MAX) fault_raise(L, SANDBOX_RESULT, "override 'url' is longer than %d bytes", URL_MAX);
  return keep(L, s, len);
}

static sandbox_text take_content_type(lua_State *L) {
  size_t len;
  const char *s = check_string(L, "content_type", &len);
  if (len == 0 || !is_field_value(s, len)) fault_raise(L, SANDBOX_RESULT, "override 'content_type' is not a header value");
  return keep(L, s, len);
}

static void check_header_name(lua_State *L, const char *name, size_t len, const sandbox_result *result) {
  if (!is_token(name, len)) fault_raise(L, SANDBOX_RESULT, "'%.60s' is not a header name", name);
  for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
    if (strcasecmp(reserved[i], name) == 0) fault_raise(L, SANDBOX_RESULT, "header '%s' cannot be set by a script", name);
  }
  for (size_t i = 0; i < result->header_count; i++) {
    sandbox_text other = result->headers[i].name;
    if (other.len == len && strncasecmp(other.bytes, name, len) == 0) fault_raise(L, SANDBOX_RESULT, "header '%s' is set twice", name);
  }
}

// Takes one header; its value is on top of the stack.
static void take_header(lua_State *L, const char *name, size_t len, sandbox_result *result) {
  sandbox *sb = sandbox_of(L);
  check_header_name(L, name, len, result);
  int type = lua_type(L, -1);
  if (type != LUA_TSTRING && type != LUA_TNUMBER) {
    fault_raise(L, SANDBOX_RESULT, "header '%s' must be a string, not a %s", name, luaL_typename(L, -1));
  }
  size_t value_len;
  const char *value = lua_tolstring(L, -1, &value_len);
  if (!is_field_value(value, value_len)) fault_raise(L, SANDBOX_RESULT, "header '%s' has a value with forbidden characters", name);
  if (strcasecmp(name, "content-type") == 0) {
    if (result->content_type.bytes != NULL) fault_raise(L, SANDBOX_RESULT, "header '%s' is set twice", name);
    result->content_type = keep(L, value, value_len);
    return;
  }
  if (result->header_count == HEADERS_MAX) fault_raise(L, SANDBOX_RESULT, "more than %d headers", HEADERS_MAX);
  sb->headers[result->header_count].name = keep(L, name, len);
  sb->headers[result->header_count].value = keep(L, value, value_len);
  result->header_count++;
}

static void take_headers(lua_State *L, sandbox_result *result) {
  size_t count;
  if (!lua_istable(L, -1)) fault_raise(L, SANDBOX_RESULT, "override 'headers' must be a table, not a %s", luaL_typename(L, -1));
  int table = lua_gettop(L);
  const table_key *keys = keys_push_sorted(L, table, &count);
  result->headers = sandbox_of(L)->headers;
  for (size_t i = 0; i < count; i++) {
    if (keys[i].kind != KEY_STRING && keys[i].kind != KEY_INDEX) fault_raise(L, SANDBOX_RESULT, "names of headers must be strings");
    lua_pushlstring(L, keys[i].text, keys[i].len);
    lua_rawget(L, table);
    take_header(L, keys[i].text, keys[i].len, result);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

// Takes one override; its value is on top of the stack.
static void take_one(lua_State *L, const char *name, sandbox_result *result) {
  if (strcmp(name, "method") == 0) {
    result->method = take_method(L);
  } else if (strcmp(name, "url") == 0) {
    result->url = take_url(L);
  } else if (strcmp(name, "content_type") == 0) {
    result->content_type = take_content_type(L);
  } else if (strcmp(name, "headers") == 0) {
    take_headers(L, result);
  } else {
    fault_raise(L, SANDBOX_RESULT, "unknown override '%.60s'; there are method, url, headers and content_type", name);
  }
}

// Checks and keeps the overrides at `index`; nil means none.
void overrides_take(lua_State *L, int index, sandbox_result *result) {
  size_t count;
  if (lua_isnil(L, index)) return;
  if (!lua_istable(L, index)) fault_raise(L, SANDBOX_RESULT, "transform must return its overrides as a table, not a %s", luaL_typename(L, index));
  context_force(L, index);
  const table_key *keys = keys_push_sorted(L, index, &count);
  for (size_t i = 0; i < count; i++) {
    if (keys[i].kind != KEY_STRING) fault_raise(L, SANDBOX_RESULT, "names of overrides must be strings");
    lua_pushlstring(L, keys[i].text, keys[i].len);
    lua_rawget(L, index);
    take_one(L, keys[i].text, result);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}
