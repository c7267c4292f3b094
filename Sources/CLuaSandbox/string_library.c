// `string` and `utf8`. Functions of Lua's own libraries are used where their work is known from their arguments and can be
// charged before; those that search are in pattern_library.c.
#include <string.h>

#include "internal.h"

// Charges for the texts among the arguments, and makes sure that a result as long as all of them finds room: Lua's own
// string buffers fail rather than collect garbage.
void string_charge_arguments(lua_State *L) {
  size_t total = 0;
  int count = lua_gettop(L);
  for (int i = count; i > 0; i--) {
    if (lua_type(L, i) == LUA_TSTRING) total += lua_rawlen(L, i);
  }
  budget_charge(L, 1 + (uint64_t)count / 4 + total / 16);
  if (total > 1024) allocator_reserve(L, 3 * total);
}

// Charges for what a function gave, where that is what its work depends on.
static int charge_results(lua_State *L, int count) {
  size_t total = 0;
  for (int i = 1; i <= count; i++) {
    if (lua_type(L, -i) == LUA_TSTRING) total += lua_rawlen(L, -i);
  }
  budget_charge(L, (uint64_t)count / 2 + total / 16);
  return count;
}

#define WORK_BY_ARGUMENTS(name, member)       \
  static int name(lua_State *L) {             \
    string_charge_arguments(L);               \
    return sandbox_of(L)->borrowed.member(L); \
  }
WORK_BY_ARGUMENTS(string_lower, lower)
WORK_BY_ARGUMENTS(string_upper, upper)
WORK_BY_ARGUMENTS(string_reverse, reverse)
WORK_BY_ARGUMENTS(string_char, chars)
WORK_BY_ARGUMENTS(string_packsize, packsize)
WORK_BY_ARGUMENTS(utf8_length, utf8_len)
WORK_BY_ARGUMENTS(utf8_character, utf8_char)
#undef WORK_BY_ARGUMENTS

#define WORK_BY_RESULTS(name, member) \
  static int name(lua_State *L) { return charge_results(L, sandbox_of(L)->borrowed.member(L)); }
WORK_BY_RESULTS(string_sub, sub)
WORK_BY_RESULTS(string_unpack, unpack)
WORK_BY_RESULTS(utf8_codes, utf8_codes)
#undef WORK_BY_RESULTS

// From the second and third argument, as `string.byte` and `utf8.codepoint` read them; at most so many bytes are in the slice.
static void check_slice(lua_State *L) {
  size_t len;
  luaL_checklstring(L, 1, &len);
  lua_Integer first = luaL_optinteger(L, 2, 1), last = luaL_optinteger(L, 3, first);
  if (first < 0) first = first < -(lua_Integer)len ? 1 : (lua_Integer)len + first + 1;
  if (last < 0) last = last < -(lua_Integer)len ? 0 : (lua_Integer)len + last + 1;
  if (last > (lua_Integer)len) last = (lua_Integer)len;
  if (last >= RESULTS_MAX && first <= last - RESULTS_MAX) luaL_error(L, "string slice too long");
}

static int string_byte(lua_State *L) {
  check_slice(L);
  return charge_results(L, sandbox_of(L)->borrowed.byte(L));
}

static int utf8_codepoint(lua_State *L) {
  check_slice(L);
  return charge_results(L, sandbox_of(L)->borrowed.utf8_codepoint(L));
}

static int utf8_offset(lua_State *L) {
  size_t len = lua_type(L, 1) == LUA_TSTRING ? lua_rawlen(L, 1) : 0;
  lua_Integer n = lua_tointeger(L, 2);
  uint64_t distance = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
  budget_charge(L, distance < len ? distance : len / 4);
  return sandbox_of(L)->borrowed.utf8_offset(L);
}

static int string_len(lua_State *L) {
  size_t len;
  luaL_checklstring(L, 1, &len);
  lua_pushinteger(L, (lua_Integer)len);
  return 1;
}

// The largest padding or string that one option of `string.pack` asks for is a number in the format.
static int string_pack(lua_State *L) {
  size_t len, padding = 0, number = 0;
  const char *format = luaL_checklstring(L, 1, &len);
  for (size_t i = 0; i < len; i++) {
    bool digit = format[i] >= '0' && format[i] <= '9';
    number = digit ? number * 10 + (size_t)(format[i] - '0') : 0;
    if (number > sandbox_of(L)->limits.memory_bytes) budget_kill(L, SANDBOX_MEMORY);
    padding += digit ? number : 16;
  }
  string_charge_arguments(L);
  budget_charge(L, padding / 16);
  allocator_reserve(L, 2 * padding);
  return sandbox_of(L)->borrowed.pack(L);
}

int string_rep(lua_State *L) {
  size_t len, separator_len;
  const char *s = luaL_checklstring(L, 1, &len);
  lua_Integer n = luaL_checkinteger(L, 2);
  const char *separator = luaL_optlstring(L, 3, "", &separator_len);
  if (n <= 0) {
    lua_pushliteral(L, "");
    return 1;
  }
  size_t piece = len + separator_len, most = sandbox_of(L)->cap;
  if (piece > 0 && (size_t)n > most / piece) budget_kill(L, SANDBOX_MEMORY);
  budget_charge(L, (uint64_t)n / 4 + piece * (size_t)n / 64);
  size_t total = piece * (size_t)n - separator_len;
  allocator_reserve(L, 2 * total);
  char *bytes = lua_newuserdatauv(L, total + 1, 0);
  for (char *at = bytes; n > 0; n--) {
    memcpy(at, s, len);
    at += len;
    if (n > 1) memcpy(at, separator, separator_len);
    at += n > 1 ? separator_len : 0;
  }
  lua_pushlstring(L, bytes, total);
  return 1;
}

// Replaces an argument of `%s` by its text, so that Lua's own formatting never shows an address.
static void display_argument(lua_State *L, int index) {
  if (index > lua_gettop(L) || lua_type(L, index) == LUA_TSTRING) return;
  text_push_display(L, index);
  lua_replace(L, index);
}

// Steps of one conversion whose options begin at `at`: digits of numbers are what takes the time.
static uint64_t conversion_steps(const char *at, lua_Number value) {
  uint64_t precision = 0;
  while (strchr("-+ #0123456789", *at) != NULL && *at != '\0') at++;
  if (*at == '.') {
    for (at++; *at >= '0' && *at <= '9' && precision < 100; at++) precision = precision * 10 + (uint64_t)(*at - '0');
  }
  if (*at == '\0' || strchr("aAeEfFgG", *at) == NULL) return 10;
  bool extreme = value > 1e15 || value < -1e15 || (value < 1e-15 && value > -1e-15 && value != 0);
  return 50 + 4 * precision + (extreme ? 400 : 0);
}

static int string_format(lua_State *L) {
  size_t len;
  const char *format = luaL_checklstring(L, 1, &len);
  int argument = 1;
  string_charge_arguments(L);
  for (size_t i = 0; i < len; i++) {
    if (format[i] != '%' || format[++i] == '%') continue;
    budget_charge(L, conversion_steps(format + i, lua_tonumber(L, argument + 1)));
    while (i < len && format[i] != '\0' && strchr("-+ #0123456789.", format[i]) != NULL) i++;
    argument++;
    if (format[i] == 'p') return luaL_error(L, "invalid conversion '%%p' to 'format': scripts see no addresses");
    if (format[i] == 's') display_argument(L, argument);
  }
  string_charge_arguments(L);
  budget_charge(L, len / 4);
  return sandbox_of(L)->borrowed.format(L);
}

static lua_CFunction borrow(lua_State *L, int library, const char *name) {
  lua_getfield(L, library, name);
  lua_CFunction function = lua_tocfunction(L, -1);
  lua_pop(L, 1);
  return function;
}

static void borrow_strings(lua_State *L, int library, borrowed_functions *b) {
  b->lower = borrow(L, library, "lower");
  b->upper = borrow(L, library, "upper");
  b->reverse = borrow(L, library, "reverse");
  b->sub = borrow(L, library, "sub");
  b->byte = borrow(L, library, "byte");
  b->chars = borrow(L, library, "char");
  b->format = borrow(L, library, "format");
  b->pack = borrow(L, library, "pack");
  b->packsize = borrow(L, library, "packsize");
  b->unpack = borrow(L, library, "unpack");
}

static void borrow_utf8(lua_State *L, int library, borrowed_functions *b) {
  b->utf8_len = borrow(L, library, "len");
  b->utf8_offset = borrow(L, library, "offset");
  b->utf8_codepoint = borrow(L, library, "codepoint");
  b->utf8_codes = borrow(L, library, "codes");
  b->utf8_char = borrow(L, library, "char");
}

// `dump` is left out: bytecode has no use here but attacks.
static const luaL_Reg strings[] = {
    {"byte", string_byte},      {"char", string_char},     {"find", pattern_find},       {"format", string_format},
    {"gmatch", pattern_gmatch}, {"gsub", pattern_gsub},    {"len", string_len},          {"lower", string_lower},
    {"match", pattern_match},   {"pack", string_pack},     {"packsize", string_packsize}, {"rep", string_rep},
    {"reverse", string_reverse}, {"sub", string_sub},      {"unpack", string_unpack},    {"upper", string_upper},
    {NULL, NULL}};

static const luaL_Reg utf8_functions[] = {{"char", utf8_character}, {"codepoint", utf8_codepoint}, {"codes", utf8_codes},
                                          {"len", utf8_length},     {"offset", utf8_offset},       {NULL, NULL}};

// Keeps the arithmetic that Lua's library gives to strings which hold numbers, but looks methods up in our table.
static void set_string_metatable(lua_State *L, int methods) {
  lua_pushliteral(L, "");
  lua_getmetatable(L, -1);
  lua_pushvalue(L, methods);
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pop(L, 2);
}

void string_library_open(lua_State *L, int globals) {
  sandbox *sb = sandbox_of(L);
  luaL_requiref(L, LUA_STRLIBNAME, luaopen_string, 0);
  borrow_strings(L, lua_gettop(L), &sb->borrowed);
  luaL_newlib(L, strings);
  set_string_metatable(L, lua_gettop(L));
  lua_setfield(L, globals, "string");
  luaL_requiref(L, LUA_UTF8LIBNAME, luaopen_utf8, 0);
  borrow_utf8(L, lua_gettop(L), &sb->borrowed);
  luaL_newlib(L, utf8_functions);
  lua_getfield(L, -2, "charpattern");
  lua_setfield(L, -2, "charpattern");
  lua_setfield(L, globals, "utf8");
  lua_pop(L, 2);
}
