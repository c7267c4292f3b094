-- `hex`: RFC 4648 section 8.
local host = ...

return {
  {
    name = "hex.encode",
    summary = "Writes bytes as hexadecimal digits in lower case.",
    parameters = { { name = "s", type = "string", about = "any bytes" } },
    returns = { type = "string", about = "two digits for each byte" },
    example = { { code = 'hex.encode("tide\\n")', result = '"746964650a"' } },
    body = host.hex_encode,
  },
  {
    name = "hex.decode",
    summary = "Reads hexadecimal digits of either case.",
    parameters = { { name = "s", type = "string", about = "an even number of digits" } },
    returns = { type = "string", about = "the bytes; nil and a message when `s` is not hexadecimal" },
    example = {
      { code = 'hex.decode("74696465")', result = '"tide"' },
      { code = 'hex.decode("7g")', result = 'nil, "not a hexadecimal digit at byte 2"' },
    },
    body = host.hex_decode,
  },
}
