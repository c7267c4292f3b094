-- `base64`: RFC 4648 sections 4 and 5.
local host = ...

local function encode(s, options)
  s = host.text("base64.encode", "s", s)
  if options == nil then return host.base64_encode(s, false, true) end
  host.table("base64.encode", "options", options)
  return host.base64_encode(s, options.url, options.padding ~= false)
end

return {
  {
    name = "base64.encode",
    summary = "Writes bytes as base64.",
    parameters = {
      { name = "s", type = "string", about = "any bytes" },
      {
        name = "options",
        type = "table",
        about = "`url = true` uses `-` and `_` instead of `+` and `/`; `padding = false` leaves the `=` at the end out",
        optional = true,
      },
    },
    returns = { type = "string", about = "base64 without line breaks" },
    example = {
      { code = 'base64.encode("tide")', result = '"dGlkZQ=="' },
      { code = 'base64.encode("\\xFB\\xFF", { url = true, padding = false })', result = '"-_8"' },
    },
    body = encode,
  },
  {
    name = "base64.decode",
    summary = "Reads base64, of either alphabet, with or without padding.",
    parameters = { { name = "s", type = "string", about = "base64 without white space" } },
    returns = { type = "string", about = "the bytes; nil and a message when `s` is not base64" },
    example = {
      { code = 'base64.decode("dGlkZQ")', result = '"tide"' },
      { code = 'base64.decode("dG!k")', result = 'nil, "not a base64 digit at byte 3"' },
    },
    body = host.base64_decode,
  },
}
