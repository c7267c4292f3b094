// Hashes and message authentication codes, by OpenSSL's libcrypto. Everything that OpenSSL allocates is given back before Lua is
// called again, since Lua may jump.
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <pthread.h>
#include <string.h>

#include "native.h"

// Starting a hash takes as long as some hundreds of bytes of it.
#define STEPS_OF_HASH 20
#define BYTES_PER_STEP 32

enum { SHA1, SHA256, SHA512, ALGORITHM_COUNT };
static const char *const algorithm_names[ALGORITHM_COUNT] = {"sha1", "sha256", "sha512"};

// Fetched once for the life of the process: OpenSSL documents fetched algorithms as safe to share between threads.
static struct {
  EVP_MD *digests[ALGORITHM_COUNT];
  EVP_MAC *hmac;
} fetched;
static pthread_once_t fetched_once = PTHREAD_ONCE_INIT;

static void fetch(void) {
  static const char *const names[ALGORITHM_COUNT] = {"SHA1", "SHA256", "SHA512"};
  for (int i = 0; i < ALGORITHM_COUNT; i++) fetched.digests[i] = EVP_MD_fetch(NULL, names[i], NULL);
  fetched.hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
}

static bool hash(int algorithm, const void *bytes, size_t len, unsigned char out[EVP_MAX_MD_SIZE], unsigned *out_len) {
  pthread_once(&fetched_once, fetch);
  return fetched.digests[algorithm] != NULL && EVP_Digest(bytes, len, out, out_len, fetched.digests[algorithm], NULL) == 1;
}

static bool authenticate(int algorithm, sandbox_text key, sandbox_text message, unsigned char out[EVP_MAX_MD_SIZE], size_t *out_len) {
  pthread_once(&fetched_once, fetch);
  EVP_MAC_CTX *context = fetched.hmac == NULL ? NULL : EVP_MAC_CTX_new(fetched.hmac);
  if (context == NULL) return false;
  OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)algorithm_names[algorithm], 0), OSSL_PARAM_construct_end()};
  bool done = EVP_MAC_init(context, (const unsigned char *)key.bytes, key.len, parameters) == 1 &&
              EVP_MAC_update(context, (const unsigned char *)message.bytes, message.len) == 1 &&
              EVP_MAC_final(context, out, out_len, EVP_MAX_MD_SIZE) == 1;
  EVP_MAC_CTX_free(context);
  return done;
}

static void push_hex(lua_State *L, const unsigned char *bytes, size_t len) {
  static const char digits[] = "0123456789abcdef";
  char text[2 * EVP_MAX_MD_SIZE];
  for (size_t i = 0; i < len; i++) {
    text[2 * i] = digits[bytes[i] >> 4];
    text[2 * i + 1] = digits[bytes[i] & 15];
  }
  lua_pushlstring(L, text, 2 * len);
}

// Pushes a hash in the form that the argument at `index` names; "hex" is the default.
static void push_in_form(lua_State *L, const unsigned char *bytes, size_t len, int index, const char *function) {
  unsigned char text[EVP_MAX_MD_SIZE * 2];
  const char *form = lua_isnoneornil(L, index) ? "hex" : lua_type(L, index) == LUA_TSTRING ? lua_tostring(L, index) : "";
  if (strcmp(form, "hex") == 0) {
    push_hex(L, bytes, len);
  } else if (strcmp(form, "raw") == 0) {
    lua_pushlstring(L, (const char *)bytes, len);
  } else if (strcmp(form, "base64") == 0) {
    int text_len = EVP_EncodeBlock(text, bytes, (int)len);
    lua_pushlstring(L, (const char *)text, (size_t)text_len);
  } else if (*form != '\0') {
    native_fail(L, "%s: form must be \"hex\", \"base64\" or \"raw\", not \"%s\"", function, form);
  } else {
    native_refuse(L, index, function, "form", "\"hex\", \"base64\" or \"raw\"");
  }
}

static int crypto_sha256(lua_State *L) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned out_len;
  size_t len;
  const char *s = native_text(L, 1, "crypto.sha256", "s", &len);
  budget_charge(L, STEPS_OF_HASH + len / BYTES_PER_STEP);
  if (!hash(SHA256, s, len, out, &out_len)) native_fail(L, "crypto.sha256: the system's OpenSSL does not offer it");
  push_in_form(L, out, out_len, 2, "crypto.sha256");
  return 1;
}

static int algorithm_at(lua_State *L, int index) {
  static const char expected[] = "\"sha1\", \"sha256\" or \"sha512\"";
  if (lua_type(L, index) != LUA_TSTRING) native_refuse(L, index, "crypto.hmac", "algorithm", expected);
  for (int i = 0; i < ALGORITHM_COUNT; i++) {
    if (strcmp(lua_tostring(L, index), algorithm_names[i]) == 0) return i;
  }
  native_fail(L, "crypto.hmac: algorithm must be %s, not \"%s\"", expected, lua_tostring(L, index));
}

static int crypto_hmac(lua_State *L) {
  unsigned char out[EVP_MAX_MD_SIZE];
  size_t out_len;
  sandbox_text key, message;
  int algorithm = algorithm_at(L, 1);
  key.bytes = native_text(L, 2, "crypto.hmac", "key", &key.len);
  message.bytes = native_text(L, 3, "crypto.hmac", "s", &message.len);
  budget_charge(L, 4 * STEPS_OF_HASH + (key.len + message.len) / BYTES_PER_STEP);
  if (!authenticate(algorithm, key, message, out, &out_len)) native_fail(L, "crypto.hmac: the system's OpenSSL does not offer it");
  push_in_form(L, out, out_len, 4, "crypto.hmac");
  return 1;
}

static int crypto_equals(lua_State *L) {
  size_t a_len, b_len;
  const char *a = native_text(L, 1, "crypto.equals", "a", &a_len), *b = native_text(L, 2, "crypto.equals", "b", &b_len);
  budget_charge(L, 1 + a_len / BYTES_PER_STEP);
  lua_pushboolean(L, a_len == b_len && CRYPTO_memcmp(a, b, a_len) == 0);
  return 1;
}

// RFC 9562 version 5: the first 16 bytes of SHA-1 over namespace and name, with version and variant set. The namespace is the
// version 5 UUID of "urn:tidehook:uuid_from" in the namespace of URLs.
static const unsigned char uuid_namespace[16] = {0xa8, 0x37, 0x92, 0x27, 0xdf, 0xd9, 0x51, 0x0b, 0xa7, 0x5f, 0xe3, 0xb1, 0xb6, 0xab, 0xed, 0x7c};

static int uuid_from(lua_State *L) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned out_len;
  char text[37], *at = text;
  size_t len;
  const char *s = native_text(L, 1, "uuid_from", "s", &len);
  budget_charge(L, STEPS_OF_HASH + len / BYTES_PER_STEP);
  char *input = lua_newuserdatauv(L, sizeof uuid_namespace + len, 0);
  memcpy(input, uuid_namespace, sizeof uuid_namespace);
  memcpy(input + sizeof uuid_namespace, s, len);
  if (!hash(SHA1, input, sizeof uuid_namespace + len, out, &out_len)) native_fail(L, "uuid_from: the system's OpenSSL does not offer SHA-1");
  out[6] = (out[6] & 0x0F) | 0x50;
  out[8] = (out[8] & 0x3F) | 0x80;
  for (int i = 0; i < 16; i++) {
    static const char digits[] = "0123456789abcdef";
    if (i == 4 || i == 6 || i == 8 || i == 10) *at++ = '-';
    *at++ = digits[out[i] >> 4];
    *at++ = digits[out[i] & 15];
  }
  lua_pushlstring(L, text, 36);
  return 1;
}

void native_crypto_open(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"crypto_equals", crypto_equals}, {"crypto_hmac", crypto_hmac}, {"crypto_sha256", crypto_sha256}, {"uuid_from", uuid_from}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
