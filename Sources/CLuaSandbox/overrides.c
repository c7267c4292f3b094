// The second result of `transform`: what the script wants different about the request. Where the request may go is decided later, by the
// egress guard.
#include <string.h>

#include "internal.h"

#define METHOD_MAX 32
#define URL_MAX 8192
#define OVERRIDE "override"

static bool is_visible_ascii(const char *s, size_t len) {
  for (size_t i = 0; i < len; i++) {
    if ((unsigned char)s[i] <= 0x20 || (unsigned char)s[i] >= 0x7F) return false;
  }
  return len > 0;
}

static sandbox_text take_method(lua_State *L) {
  size_t len;
  const char *s = fields_check_string(L, OVERRIDE, "method", &len);
  if (!fields_is_token(s, len) || len > METHOD_MAX) fault_raise(L, SANDBOX_RESULT, "override 'method' is not an HTTP method");
  return fields_keep(L, OVERRIDE, s, len);
}

static sandbox_text take_url(lua_State *L) {
  size_t len;
  const char *s = fields_check_string(L, OVERRIDE, "url", &len);
  if (!is_visible_ascii(s, len)) fault_raise(L, SANDBOX_RESULT, "override 'url' must be made of visible ASCII characters");
  if (len > URL_MAX) fault_raise(L, SANDBOX_RESULT, "override 'url' is longer than %d bytes", URL_MAX);
  return fields_keep(L, OVERRIDE, s, len);
}

// Takes one override; its value is on top of the stack.
static void take_one(lua_State *L, const char *name, sandbox_result *result) {
  if (strcmp(name, "method") == 0) {
    result->method = take_method(L);
  } else if (strcmp(name, "url") == 0) {
    result->url = take_url(L);
  } else if (strcmp(name, "content_type") == 0) {
    result->content_type = fields_take_content_type(L, OVERRIDE);
  } else if (strcmp(name, "headers") == 0) {
    fields_take_headers(L, OVERRIDE, result);
  } else {
    fault_raise(L, SANDBOX_RESULT, "unknown override '%.60s'; there are method, url, headers and content_type", name);
  }
}

// Checks and keeps the overrides at `index`; nil means none.
void overrides_take(lua_State *L, int index, sandbox_result *result) {
  if (lua_isnil(L, index)) return;
  if (!lua_istable(L, index)) fault_raise(L, SANDBOX_RESULT, "transform must return its overrides as a table, not a %s", luaL_typename(L, index));
  fields_take(L, index, OVERRIDE, take_one, result);
}
