// `coroutine`, written anew so that the end of a call passes through every coroutine to the top.
#include "internal.h"

// Starting and switching costs about as much as these many instructions.
#define SWITCH_STEPS 50
// Coroutines whose variables are being closed at the same time, each by a variable of the one before.
#if LUA_VERSION_RELEASE_NUM >= 50406
#define CLOSES_MAX 40
#else
// Before Lua 5.4.6 each of them starts with a C stack of its own.
#define CLOSES_MAX 8
#define lua_closethread(co, from) lua_resetthread(co)
#endif

static lua_State *check_coroutine(lua_State *L) {
  lua_State *co = lua_tothread(L, 1);
  luaL_argexpected(L, co, 1, "thread");
  return co;
}

static const char *status_of(lua_State *L, lua_State *co) {
  lua_Debug ar;
  if (L == co) return "running";
  switch (lua_status(co)) {
    case LUA_YIELD:
      return "suspended";
    case LUA_OK:
      if (lua_getstack(co, 0, &ar)) return "normal";
      return lua_gettop(co) == 0 ? "dead" : "suspended";
    default:
      return "dead";
  }
}

// After another coroutine ran: this one goes on, under the same watch.
static void come_back(lua_State *L) {
  sandbox *sb = sandbox_of(L);
  sb->running = L;
  if (sb->killed != SANDBOX_OK) budget_kill(L, sb->killed);
  if (lua_gethookcount(L) != sb->interval) budget_arm(sb, L, sb->interval);
}

static void watch(sandbox *sb, lua_State *co) {
  sb->running = co;
  if (lua_gethookcount(co) != sb->interval) budget_arm(sb, co, sb->interval);
}

// Runs `co` with the `count` arguments on top of L. Returns how many results it left on L, or -1 with the error there.
static int run(lua_State *L, lua_State *co, int count) {
  int results;
  budget_charge(L, SWITCH_STEPS + (uint64_t)count);
  if (count > RESULTS_MAX || !lua_checkstack(co, count)) {
    lua_pushliteral(L, "too many arguments to resume");
    return -1;
  }
  lua_xmove(L, co, count);
  watch(sandbox_of(L), co);
  int status = lua_resume(co, L, count, &results);
  come_back(L);
  if (status != LUA_OK && status != LUA_YIELD) {
    lua_xmove(co, L, 1);
    return -1;
  }
  if (results > RESULTS_MAX || !lua_checkstack(L, results + 1)) {
    lua_pop(co, results);
    lua_pushliteral(L, "too many results to resume");
    return -1;
  }
  lua_xmove(co, L, results);
  return results;
}

static int resume(lua_State *L) {
  lua_State *co = check_coroutine(L);
  int results = run(L, co, lua_gettop(L) - 1);
  lua_pushboolean(L, results >= 0);
  if (results < 0) results = 1;
  lua_insert(L, -(results + 1));
  return results + 1;
}

// Closes the pending variables of a coroutine that failed. Never after the end of a call: hooks are off in a coroutine that
// one ended, so what it would still run could not be stopped.
static int close_variables(lua_State *L, lua_State *co) {
  sandbox *sb = sandbox_of(L);
  if (sb->closing == CLOSES_MAX) return luaL_error(L, "coroutines that close each other are nested too deeply");
  sb->closing++;
  watch(sb, co);
  int status = lua_closethread(co, L);
  sb->closing--;
  come_back(L);
  return status;
}

static int wrap_step(lua_State *L) {
  lua_State *co = lua_tothread(L, lua_upvalueindex(1));
  int results = run(L, co, lua_gettop(L));
  if (results >= 0) return results;
  int status = lua_status(co);
  if (status != LUA_OK && status != LUA_YIELD && close_variables(L, co) != LUA_OK) lua_xmove(co, L, 1);
  if (status != LUA_ERRMEM && lua_type(L, -1) == LUA_TSTRING) {
    luaL_where(L, 1);
    lua_insert(L, -2);
    lua_concat(L, 2);
  }
  return lua_error(L);
}

static int create(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  budget_charge(L, SWITCH_STEPS);
  lua_State *co = lua_newthread(L);
  lua_pushvalue(L, 1);
  lua_xmove(L, co, 1);
  return 1;
}

static int wrap(lua_State *L) {
  create(L);
  lua_pushcclosure(L, wrap_step, 1);
  return 1;
}

static int yield(lua_State *L) { return lua_yield(L, lua_gettop(L)); }

static int status(lua_State *L) {
  lua_pushstring(L, status_of(L, check_coroutine(L)));
  return 1;
}

static int is_yieldable(lua_State *L) {
  lua_pushboolean(L, lua_isyieldable(L));
  return 1;
}

static int close(lua_State *L) {
  lua_State *co = check_coroutine(L);
  const char *state = status_of(L, co);
  if (*state != 's' && *state != 'd') return luaL_error(L, "cannot close a %s coroutine", state);
  budget_charge(L, SWITCH_STEPS);
  if (close_variables(L, co) == LUA_OK) {
    lua_pushboolean(L, 1);
    return 1;
  }
  lua_pushboolean(L, 0);
  lua_xmove(co, L, 1);
  return 2;
}

// `running` is left out: it would hand out the thread that belongs to the sandbox.
void coroutine_library_open(lua_State *L, int globals) {
  static const luaL_Reg functions[] = {{"close", close},   {"create", create}, {"isyieldable", is_yieldable}, {"resume", resume},
                                       {"status", status}, {"wrap", wrap},     {"yield", yield},              {NULL, NULL}};
  luaL_newlib(L, functions);
  lua_setfield(L, globals, "coroutine");
}
