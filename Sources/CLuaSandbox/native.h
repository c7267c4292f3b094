// What the native functions of the host library share: how they take arguments and how they complain.
#ifndef SANDBOX_NATIVE_H
#define SANDBOX_NATIVE_H

#include "internal.h"

// Raises an error at the line of the script that called the library, however deep in it the error was found.
_Noreturn void native_fail(lua_State *L, const char *format, ...);
// Raises "FUNCTION: PARAMETER must be EXPECTED, not WHAT-CAME" about the argument at `index`.
_Noreturn void native_refuse(lua_State *L, int index, const char *function, const char *parameter, const char *expected);
// The text at `index`; numbers count as texts, as they do in Lua.
const char *native_text(lua_State *L, int index, const char *function, const char *parameter, size_t *len);

// Each adds its functions to the table on top of the stack.
void native_check_open(lua_State *L);
void native_crypto_open(lua_State *L);
void native_encoding_open(lua_State *L);
void native_escape_open(lua_State *L);
void native_json_open(lua_State *L);
void native_log_open(lua_State *L);
void native_text_open(lua_State *L);

#endif
