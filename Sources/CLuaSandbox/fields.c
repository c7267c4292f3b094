// What scripts may say of an HTTP message, be it a request that is sent or an answer that is given. Everything is checked here that a
// peer or proxy could misread.
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "internal.h"

// Fields that frame the message or belong to the connection are not for scripts.
static const char *const reserved[] = {"connection", "content-length", "expect",  "host",    "keep-alive", "proxy-connection",
                                       "te",         "trailer",        "transfer-encoding", "upgrade"};

// Copies a text to memory that outlives Lua's. The buffer never moves, so earlier texts stay where they are.
sandbox_text fields_keep(lua_State *L, const char *of, const char *bytes, size_t len) {
  byte_buffer *kept = &sandbox_of(L)->fields;
  buffer_reserve(L, kept, kept->capacity == 0 ? FIELDS_MAX : 0);
  if (len > FIELDS_MAX - kept->len) fault_raise(L, SANDBOX_OUTPUT, "%ss are larger than %zu bytes", of, FIELDS_MAX);
  sandbox_text text = {kept->bytes + kept->len, len};
  buffer_append(L, kept, bytes, len);
  return text;
}

// A token of RFC 9110, 5.6.2: what methods and header names are made of.
bool fields_is_token(const char *s, size_t len) {
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

const char *fields_check_string(lua_State *L, const char *of, const char *what, size_t *len) {
  if (lua_type(L, -1) != LUA_TSTRING) fault_raise(L, SANDBOX_RESULT, "%s '%s' must be a string, not a %s", of, what, luaL_typename(L, -1));
  return lua_tolstring(L, -1, len);
}

// Takes the media type on top of the stack.
sandbox_text fields_take_content_type(lua_State *L, const char *of) {
  size_t len;
  const char *s = fields_check_string(L, of, "content_type", &len);
  if (len == 0 || !is_field_value(s, len)) fault_raise(L, SANDBOX_RESULT, "%s 'content_type' is not a header value", of);
  return fields_keep(L, of, s, len);
}

static void check_header_name(lua_State *L, const char *name, size_t len, const sandbox_result *result) {
  if (!fields_is_token(name, len)) fault_raise(L, SANDBOX_RESULT, "'%.60s' is not a header name", name);
  for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
    if (strcasecmp(reserved[i], name) == 0) fault_raise(L, SANDBOX_RESULT, "header '%s' cannot be set by a script", name);
  }
  for (size_t i = 0; i < result->header_count; i++) {
    sandbox_text other = result->headers[i].name;
    if (other.len == len && strncasecmp(other.bytes, name, len) == 0) fault_raise(L, SANDBOX_RESULT, "header '%s' is set twice", name);
  }
}

// Takes one header; its value is on top of the stack.
static void take_header(lua_State *L, const char *of, const char *name, size_t len, sandbox_result *result) {
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
    result->content_type = fields_keep(L, of, value, value_len);
    return;
  }
  if (result->header_count == HEADERS_MAX) fault_raise(L, SANDBOX_RESULT, "more than %d headers", HEADERS_MAX);
  sb->headers[result->header_count].name = fields_keep(L, of, name, len);
  sb->headers[result->header_count].value = fields_keep(L, of, value, value_len);
  result->header_count++;
}

// Takes the headers in the table on top of the stack.
void fields_take_headers(lua_State *L, const char *of, sandbox_result *result) {
  size_t count;
  if (!lua_istable(L, -1)) fault_raise(L, SANDBOX_RESULT, "%s 'headers' must be a table, not a %s", of, luaL_typename(L, -1));
  int table = lua_gettop(L);
  context_force(L, table);
  const table_key *keys = keys_push_sorted(L, table, &count);
  result->headers = sandbox_of(L)->headers;
  for (size_t i = 0; i < count; i++) {
    if (keys[i].kind != KEY_STRING && keys[i].kind != KEY_INDEX) fault_raise(L, SANDBOX_RESULT, "names of headers must be strings");
    lua_pushlstring(L, keys[i].text, keys[i].len);
    lua_rawget(L, table);
    take_header(L, of, keys[i].text, keys[i].len, result);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

// Calls `take` for each member of the table at `index`, with its value on top of the stack.
void fields_take(lua_State *L, int index, const char *of, field_taker take, sandbox_result *result) {
  size_t count;
  index = lua_absindex(L, index);
  context_force(L, index);
  const table_key *keys = keys_push_sorted(L, index, &count);
  for (size_t i = 0; i < count; i++) {
    if (keys[i].kind != KEY_STRING) fault_raise(L, SANDBOX_RESULT, "names of %ss must be strings", of);
    lua_pushlstring(L, keys[i].text, keys[i].len);
    lua_rawget(L, index);
    take(L, keys[i].text, result);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}
