// Scripts, patterns and JSON made from pieces of the corpus.
#include "harness.h"

static uint64_t random_state;

static uint32_t draw(uint32_t below) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)((random_state >> 33) % below);
}

#define PIECES_MAX 4096
static char *pieces[PIECES_MAX];
static size_t piece_count;

static size_t word_length(const char *s) {
  size_t len = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
  return len > 0 ? len : *s != '\0';
}

static const char *random_word(size_t *len) {
  const char *piece = pieces[draw((uint32_t)piece_count)];
  const char *word = piece + draw((uint32_t)strlen(piece) + 1);
  *len = word_length(word);
  return word;
}

// One or two scripts of the corpus with some words replaced by others, and now and then a byte by any.
static size_t mix(char *out, size_t size) {
  size_t len = 0;
  for (uint32_t n = 1 + draw(2); n > 0; n--) {
    for (const char *at = pieces[draw((uint32_t)piece_count)]; *at != '\0' && len + 300 < size;) {
      size_t word_len = word_length(at), other_len = 0;
      const char *other = draw(60) == 0 ? random_word(&other_len) : NULL;
      if (other_len > 200) other = NULL;
      memcpy(out + len, other ? other : at, other ? other_len : word_len < 300 ? word_len : 300);
      len += other ? other_len : word_len < 300 ? word_len : 300;
      at += word_len;
    }
  }
  if (draw(16) == 0 && len > 0) out[draw((uint32_t)len)] = (char)draw(256);
  return len;
}

static void fuzz_pattern(sandbox *sb, int script) {
  static const char alphabet[] = "ab%%%.*+-?[]^$()12fbdwsZ\\\"";
  char event[256], *at = event;
  sandbox_result result;
  at += sprintf(at, "[\"");
  for (int part = 0; part < 3; part++) {
    for (uint32_t n = draw(20); n > 0; n--) {
      char c = alphabet[draw(part == 1 ? sizeof alphabet - 3 : 6)];
      *at++ = c;
    }
    at += sprintf(at, part < 2 ? "\",\"" : "\"]");
  }
  sandbox_input input = {.event = text_of(event)};
  sandbox_run(sb, script, SANDBOX_STAGE, &input, &result);
}

static void fuzz_json(sandbox *sb, int script) {
  static const char *const tokens[] = {"{", "}", "[", "]", ",", ":", "\"a\"", "\"b\\u0041\"", "\"\\ud800\"", "1", "-0", "1e5", "0.1", "null", "true", "\"7\"", " ", "9223372036854775808", "\"\xc3\xa9\"", "\x80", "[]", "{}", "{\"a\":1,\"a\":2,\"c\":3}"};
  char event[512] = "[";
  size_t len = 1;
  sandbox_result result;
  for (uint32_t n = draw(24); n > 0; n--) len += (size_t)sprintf(event + len, "%s%s", tokens[draw(sizeof tokens / sizeof *tokens)], draw(2) ? "," : "");
  if (draw(4) != 0) sprintf(event + len - (event[len - 1] == ',' ? 1 : 0), "]");
  sandbox_input input = {.event = text_of(event)};
  sandbox_run(sb, script, SANDBOX_STAGE, &input, &result);
}

static const char pattern_script[] =
    "function transform(e)\n"
    "  local s, p, r = e[1], e[2], e[3]\n"
    "  pcall(string.find, s, p) pcall(string.match, s, p, 2) pcall(string.gsub, s, p, r) pcall(string.gsub, s, p, {a = 'b'}, 3)\n"
    "  pcall(function() for a, b in s:gmatch(p) do local _ = a .. tostring(b) end end)\n"
    "  pcall(string.format, p, s, 1, 2.5, r) pcall(string.pack, p, 1, s, 2) pcall(string.unpack, p, s) pcall(string.rep, s, #p, r)\n"
    "  return e\n"
    "end\n";
static const char json_script[] =
    "function transform(e)\n"
    "  for k, v in pairs(e) do if type(v) == 'table' then v.added = k v.a = nil for _ in pairs(v) do end end end\n"
    "  return { e, json.decode(json.encode(e)) }\n"
    "end\n";

int run_fuzz(long rounds, uint64_t seed, const char *directory) {
  static char source[65536];
  sandbox_limits small = {200000, 20000000, 4u << 20, 1u << 16, 512};
  struct dirent **entries;
  char path[1024];
  random_state = seed;
  int found = scandir(directory, &entries, NULL, alphasort);
  for (int i = 0; i < found; i++) {
    snprintf(path, sizeof path, "%s/%s", directory, entries[i]->d_name);
    char *content = entries[i]->d_name[0] == '.' ? NULL : read_file(path);
    if (content != NULL && piece_count < PIECES_MAX) pieces[piece_count++] = strdup(strchr(content, '\n') + 1);
    free(content);
    free(entries[i]);
  }
  free(entries);
  if (piece_count == 0) return 2;
  sandbox *sb = NULL;
  sandbox_result result;
  long codes[8] = {0};
  int patterns = 0, jsons = 0;
  for (long i = 0; i < rounds; i++) {
    if (sb == NULL || sandbox_is_spent(sb)) {
      sandbox_free(sb);
      sb = sandbox_new(&small);
      patterns = sandbox_compile(sb, "patterns", pattern_script, strlen(pattern_script), &result);
      jsons = sandbox_compile(sb, "jsons", json_script, strlen(json_script), &result);
    }
    size_t len = mix(source, sizeof source);
    if (draw(8) == 0) sandbox_fail_allocations_after(sb, draw(300));
    int script = call(sb, source, len, slack_event, slack_context, &result);
    sandbox_fail_allocations_after(sb, -1);
    codes[result.fault.code]++;
    if (script != 0) sandbox_forget(sb, script);
    for (int j = 0; j < 8; j++) fuzz_pattern(sb, patterns);
    for (int j = 0; j < 8; j++) fuzz_json(sb, jsons);
  }
  sandbox_free(sb);
  for (size_t i = 0; i < piece_count; i++) free(pieces[i]);
  for (int i = 0; i < 8; i++) printf("%s %ld  ", code_name((sandbox_code)i), codes[i]);
  printf("\n");
  return 0;
}
