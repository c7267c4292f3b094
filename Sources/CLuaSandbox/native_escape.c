// Texts made safe for the syntaxes that messages are written in: some ASCII characters become something longer.
#include <string.h>

#include "native.h"

#define BYTES_PER_STEP 32

// The replacement of each ASCII character; null: it stays.
typedef const char *const replacements[128];

// Slack, "Escaping text": these three and no others.
static replacements slack = {['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;"};

// Safe in text and in attribute values, whichever quotes they have.
static replacements html = {['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;"};

// What CommonMark, Discord or Telegram's MarkdownV2 give a meaning to; all of them take a backslash before punctuation.
static replacements markdown = {
    ['!'] = "\\!", ['#'] = "\\#", ['&'] = "\\&", ['('] = "\\(", [')'] = "\\)", ['*'] = "\\*", ['+'] = "\\+", ['-'] = "\\-",
    ['.'] = "\\.", ['<'] = "\\<", ['='] = "\\=", ['>'] = "\\>", ['['] = "\\[", ['\\'] = "\\\\", [']'] = "\\]", ['_'] = "\\_",
    ['`'] = "\\`", ['{'] = "\\{", ['|'] = "\\|", ['}'] = "\\}", ['~'] = "\\~"};

static int escape(lua_State *L, const char *function, replacements map) {
  size_t len, run = 0;
  const char *s = native_text(L, 1, function, "s", &len);
  string_builder b;
  lua_settop(L, 1);
  budget_charge(L, 1 + len / BYTES_PER_STEP);
  builder_start(L, &b);
  for (size_t i = 0; i < len; i++) {
    const char *replacement = (unsigned char)s[i] < 128 ? map[(unsigned char)s[i]] : NULL;
    if (replacement == NULL) continue;
    builder_add(&b, s + run, i - run);
    builder_add(&b, replacement, strlen(replacement));
    run = i + 1;
  }
  if (run == 0) {
    lua_settop(L, 1);
    return 1;
  }
  builder_add(&b, s + run, len - run);
  builder_push(&b);
  return 1;
}

static int escape_slack(lua_State *L) { return escape(L, "text.escape_slack", slack); }

static int escape_html(lua_State *L) { return escape(L, "text.escape_html", html); }

static int escape_markdown(lua_State *L) { return escape(L, "text.escape_markdown", markdown); }

void native_escape_open(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"escape_html", escape_html}, {"escape_markdown", escape_markdown}, {"escape_slack", escape_slack}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
