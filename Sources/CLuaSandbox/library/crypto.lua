-- `crypto`: hashes, for signatures that receivers ask for and for keys that must not be guessed.
local host = ...

local form = { name = "form", type = "string", about = 'how to write the result: `"hex"`, `"base64"` or `"raw"`', default = '"hex"' }

return {
  {
    name = "crypto.sha256",
    summary = "Computes the SHA-256 hash of a text.",
    parameters = { { name = "s", type = "string", about = "any bytes" }, form },
    returns = { type = "string", about = "64 hexadecimal digits, 44 characters of base64, or 32 bytes" },
    example = {
      { code = 'crypto.sha256("abc")', result = '"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"' },
    },
    body = host.crypto_sha256,
  },
  {
    name = "crypto.hmac",
    summary = "Computes a message authentication code (RFC 2104).",
    parameters = {
      { name = "algorithm", type = "string", about = '`"sha1"`, `"sha256"` or `"sha512"`' },
      { name = "key", type = "string", about = "any bytes" },
      { name = "s", type = "string", about = "the message, any bytes" },
      form,
    },
    returns = { type = "string", about = "the code" },
    example = {
      {
        code = 'crypto.hmac("sha256", "Jefe", "what do ya want for nothing?")',
        result = '"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"',
      },
      { code = 'crypto.hmac("sha1", "key", "", "base64")', result = '"9Cuw7rAY671Fl65yE3EexgdghD8="' },
    },
    body = host.crypto_hmac,
  },
  {
    name = "crypto.equals",
    summary = "Compares two secrets in a time that tells nothing about where they differ.",
    parameters = {
      { name = "a", type = "string", about = "one text" },
      { name = "b", type = "string", about = "the other" },
    },
    returns = { type = "boolean", about = "true when both have the same bytes" },
    example = { { code = 'crypto.equals("a3f1", "a3f1")', result = "true" }, { code = 'crypto.equals("a3f1", "a3")', result = "false" } },
    body = host.crypto_equals,
  },
}
