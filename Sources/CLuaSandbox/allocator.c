// Memory for one interpreter: a hard cap, and pools of small blocks that one thread uses without locks.
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POOLS 0  // So that the sanitizer sees every block.
#endif
#endif
#ifndef POOLS
#define POOLS 1
#endif

#define CHUNK_SIZE ((size_t)64 * 1024)
// Memory handed out between two looks at the clock: copying this much takes well under a millisecond.
#define CHURN_INTERVAL ((size_t)512 * 1024)

// Largest stack of a coroutine, at 16 bytes a slot. Calling a table whose `__call` is a table, and so on, moves all arguments once
// for each of them, in one instruction that no hook interrupts: its time grows with the square of the stack. This one makes it some
// 30 ms; Lua's own limit, a minute and more.
#define STACK_MAX ((size_t)256 * 1024)
#define STRING_MAX ((size_t)4 * 1024 * 1024)
#define STACK_SLOT 16
#define STACK_EXTRA_SLOTS 5

struct free_block {
  free_block *next;
};

struct pool_chunk {
  pool_chunk *next;
  char padding[POOL_STEP - sizeof(pool_chunk *)];
};

static bool is_pooled(size_t size) { return POOLS && size <= POOL_LARGEST; }

static size_t class_of(size_t size) { return (size - 1) / POOL_STEP; }

static bool add_chunk(sandbox *sb) {
  pool_chunk *chunk = malloc(CHUNK_SIZE);
  if (chunk == NULL) return false;
  chunk->next = sb->chunks;
  sb->chunks = chunk;
  sb->chunk_next = (char *)chunk + sizeof(pool_chunk);
  sb->chunk_end = (char *)chunk + CHUNK_SIZE;
  return true;
}

static void *take(sandbox *sb, size_t size) {
  if (!is_pooled(size)) return malloc(size);
  size_t class = class_of(size);
  free_block *block = sb->free_blocks[class];
  if (block != NULL) {
    sb->free_blocks[class] = block->next;
    return block;
  }
  size_t rounded = (class + 1) * POOL_STEP;
  if ((size_t)(sb->chunk_end - sb->chunk_next) < rounded && !add_chunk(sb)) return NULL;
  block = (free_block *)sb->chunk_next;
  sb->chunk_next += rounded;
  return block;
}

static void give_back(sandbox *sb, void *block, size_t size) {
  if (!is_pooled(size)) {
    free(block);
    return;
  }
  free_block *freed = block;
  freed->next = sb->free_blocks[class_of(size)];
  sb->free_blocks[class_of(size)] = freed;
}

static void *resize(sandbox *sb, void *block, size_t old_size, size_t new_size) {
  if (!is_pooled(old_size) && !is_pooled(new_size)) return realloc(block, new_size);
  if (is_pooled(old_size) && is_pooled(new_size) && class_of(old_size) == class_of(new_size)) return block;
  void *moved = take(sb, new_size);
  if (moved == NULL) return NULL;
  memcpy(moved, block, old_size < new_size ? old_size : new_size);
  give_back(sb, block, old_size);
  return moved;
}

// Lua does not say what a block is for. A stack grows to twice its slots and five more, an odd number: tables have a power of two, as
// soon as they are large, and buffers follow upon the userdata that holds them.
static bool is_stack(const sandbox *sb, const void *block, size_t old_size, size_t new_size) {
  if (new_size % STACK_SLOT != 0 || new_size / STACK_SLOT % 2 == 0) return false;
  if (block != NULL) return new_size == 2 * old_size - STACK_EXTRA_SLOTS * STACK_SLOT;
  return old_size == 0 && !sb->made_userdata;
}

// False when a stack may not become so large.
static bool admit_stack(sandbox *sb, size_t size) {
  budget_note_stack(sb, size);
  if (sb->killed == SANDBOX_OK && size <= STACK_MAX) return true;
  sb->stack_refused = true;
  return false;
}

// One string may have 4 MiB, or twice the output where that is more: Lua compares two of that length in 50 ms at worst, in one
// instruction.
size_t allocator_string_max(const sandbox *sb) {
  size_t output = 2 * sb->limits.output_bytes;
  return output > STRING_MAX ? output : STRING_MAX;
}

static bool admit_string(sandbox *sb, size_t size) {
  budget_note_string(sb, size);
  if (size <= allocator_string_max(sb)) return true;
  sb->string_refused = true;
  budget_note_refusal(sb);
  return false;
}

static bool admit(sandbox *sb, size_t more, size_t size) {
  if (sb->fail_after >= 0 && sb->fail_after-- == 0) {
    sb->fail_after = 0;
    return false;
  }
  sb->asked_before = sb->collects_always && !sb->asked_before;
  if (sb->asked_before) return false;
  if (more > sb->cap || sb->used > sb->cap - more) {
    budget_note_refusal(sb);
    return false;
  }
  sb->refused = false;
  sb->churn += more;
  if (sb->churn >= CHURN_INTERVAL) {
    sb->churn = 0;
    budget_note_block(sb, size);
  }
  return true;
}

// The allocator that Lua is given; see `lua_Alloc`. Lua relies on it that shrinking never fails: a small block that
// cannot be moved then stays where it is, in the pool of its new, smaller size.
void *allocator_allocate(void *ud, void *block, size_t old_size, size_t new_size) {
  sandbox *sb = ud;
  if (new_size >= LARGE_STACK && new_size > old_size && is_stack(sb, block, old_size, new_size) && !admit_stack(sb, new_size)) return NULL;
  if (block == NULL) {
    // The tag of a new object, else 0.
    if (old_size == LUA_TSTRING && new_size >= LONG_STRING && !admit_string(sb, new_size)) return NULL;
    sb->made_userdata = old_size == LUA_TUSERDATA;
    old_size = 0;
  }
  if (new_size == 0) {
    if (old_size > 0) give_back(sb, block, old_size);
    sb->used -= old_size;
    return NULL;
  }
  if (new_size > old_size && !admit(sb, new_size - old_size, new_size)) return NULL;
  void *moved = old_size == 0 ? take(sb, new_size) : resize(sb, block, old_size, new_size);
  if (moved == NULL) {
    if (new_size > old_size) return NULL;
    moved = block;
  }
  sb->used = sb->used - old_size + new_size;
  if (sb->used > sb->peak) sb->peak = sb->used;
  return moved;
}

// Frees the pools; only for a sandbox whose Lua state is closed.
void allocator_release_all(sandbox *sb) {
  while (sb->chunks != NULL) {
    pool_chunk *chunk = sb->chunks;
    sb->chunks = chunk->next;
    free(chunk);
  }
}

// Makes sure that `bytes` more fit under the cap, collecting garbage if that helps; ends the call if they do not. For
// functions that would otherwise find out after much work, or in code that cannot collect.
void allocator_reserve(lua_State *L, size_t bytes) {
  sandbox *sb = sandbox_of(L);
  if (bytes > sb->cap) budget_kill(L, SANDBOX_MEMORY);
  if (sb->used <= sb->cap - bytes) return;
  lua_gc(L, LUA_GCCOLLECT);
  budget_charge(L, CLOCK_INTERVAL);
  if (sb->used > sb->cap - bytes) budget_kill(L, SANDBOX_MEMORY);
}
