// Making and ending a sandbox.
#include <stdlib.h>
#include <string.h>

#include "internal.h"

// Makes what Lua's string buffers otherwise add to the registry when the first large one is needed: no call leaves a trace there.
static void open_buffers(lua_State *L) {
  luaL_Buffer b;
  luaL_buffinitsize(L, &b, LUAL_BUFFERSIZE + 1);
  luaL_pushresultsize(&b, 0);
  lua_pop(L, 1);
}

static int open_protected(lua_State *L) {
  open_buffers(L);
  library_open_all(L);
  modules_open(L);
  null_open(L);
  return 0;
}

static void keep_last_words(void *ud, const char *message, int to_be_continued) {
  (void)ud;
  (void)message;
  (void)to_be_continued;
}

sandbox *sandbox_new(const sandbox_limits *limits) {
  sandbox *sb = calloc(1, sizeof *sb);
  if (sb == NULL) return NULL;
  sb->limits = *limits;
  sb->cap = SIZE_MAX;
  sb->fail_after = -1;
  sb->L = lua_newstate(allocator_allocate, sb);
  if (sb->L == NULL) {
    sandbox_free(sb);
    return NULL;
  }
  *(sandbox **)lua_getextraspace(sb->L) = sb;
  lua_setwarnf(sb->L, keep_last_words, NULL);
  lua_pushcfunction(sb->L, open_protected);
  if (lua_pcall(sb->L, 0, 0, 0) != LUA_OK) {
    sandbox_free(sb);
    return NULL;
  }
  lua_gc(sb->L, LUA_GCCOLLECT);
  sb->live = sb->used;
  return sb;
}

void sandbox_free(sandbox *sb) {
  if (sb == NULL) return;
  if (sb->L != NULL) lua_close(sb->L);
  allocator_release_all(sb);
  free(sb->out.bytes);
  free(sb->log.bytes);
  free(sb->scratch.bytes);
  free(sb->fields.bytes);
  free(sb->scripts);
  free(sb);
}

size_t sandbox_used_bytes(const sandbox *sb) { return sb->used; }

bool sandbox_is_spent(const sandbox *sb) { return sb->spent; }

void sandbox_fail_allocations_after(sandbox *sb, int64_t count) { sb->fail_after = count; }

void sandbox_collect_at_each_allocation(sandbox *sb, bool on) {
  sb->collects_always = on;
  sb->asked_before = false;
}
