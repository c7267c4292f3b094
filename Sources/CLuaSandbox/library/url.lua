-- `url`: RFC 3986, and the query strings that go with it.
local host = ...
local null = json.null
local encode_number = json.encode
local concat, sort = table.concat, table.sort
local find, sub, match, lower, format, gmatch = string.find, string.sub, string.match, string.lower, string.format, string.gmatch
local next, type, pairs, tostring, tointeger = next, type, pairs, tostring, math.tointeger
local percent_encode, percent_decode = host.percent_encode, host.percent_decode

-- Splits "user@host:port", RFC 3986 section 3.2; nil and a message when it is not that.
local function parse_authority(authority, parts)
  local host_start = 1
  local at = find(authority, "@[^@]*$")
  if at then
    parts.userinfo = sub(authority, 1, at - 1)
    host_start = at + 1
  end
  local name, port = match(authority, "^(%[[%x:.]+%])(.*)$", host_start)
  if not name then
    name, port = match(authority, "^([^:%[%]]*)(.*)$", host_start)
  end
  if port ~= "" and not match(port, "^:%d*$") then return nil, "the host or port is not valid" end
  local number = #port > 1 and tointeger(sub(port, 2)) or nil
  if #port > 1 and (not number or number > 65535) then return nil, "the port is above 65535" end
  parts.host, parts.port = lower(name), number
  return parts
end

local function parse(s)
  s = host.text("url.parse", "s", s)
  local bad = find(s, "[%c \"<>\\^`{|}]")
  if bad then return nil, format("character %q at byte %d is not allowed", sub(s, bad, bad), bad) end
  local parts = {}
  local scheme, rest = match(s, "^([%a][%w+.-]*):(.*)$")
  if scheme then
    parts.scheme, s = lower(scheme), rest
  elseif match(s, "^[^/?#]*:") then
    return nil, "the scheme is not valid"
  end
  local hash = find(s, "#", 1, true)
  if hash then
    parts.fragment, s = sub(s, hash + 1), sub(s, 1, hash - 1)
  end
  local mark = find(s, "?", 1, true)
  if mark then
    parts.query, s = sub(s, mark + 1), sub(s, 1, mark - 1)
  end
  if sub(s, 1, 2) == "//" then
    local slash = find(s, "/", 3, true) or #s + 1
    local ok, problem = parse_authority(sub(s, 3, slash - 1), parts)
    if not ok then return nil, problem end
    s = sub(s, slash)
  end
  parts.path = s
  return parts
end

-- The text of a value in a query.
local function shown(name, value)
  local kind = type(value)
  if kind == "string" then return value end
  if kind == "number" then return encode_number(value) end
  if kind == "boolean" then return tostring(value) end
  if value == null then return "" end
  host.fail(format("url.query: '%s' is a %s, which a query cannot hold", name, kind))
end

local function add(out, name, value)
  out[#out + 1] = percent_encode(name, "url.query") .. "=" .. percent_encode(shown(name, value), "url.query")
end

local function query(t)
  local names, out = {}, {}
  for name in pairs(host.table("url.query", "t", t)) do
    if type(name) ~= "string" then host.refuse("url.query", "each name in t", name, "a string") end
    names[#names + 1] = name
  end
  sort(names)
  for i = 1, #names do
    local name = names[i]
    local value = t[name]
    if type(value) == "table" then
      local shape = host.shape(value)
      if shape == "object" or (shape == nil and next(value) ~= nil) then host.fail(format("url.query: '%s' must be a text, a number, a boolean or an array, not an object", name)) end
      for j = 1, #value do add(out, name, value[j]) end
    else
      add(out, name, value)
    end
  end
  return concat(out, "&")
end

local function parse_query(s)
  s = host.text("url.parse_query", "s", s)
  local out = {}
  if sub(s, 1, 1) == "?" then s = sub(s, 2) end
  for pair in gmatch(s, "[^&]+") do
    local equals = find(pair, "=", 1, true) or #pair + 1
    local name, value = percent_decode(sub(pair, 1, equals - 1), true), percent_decode(sub(pair, equals + 1), true)
    local before = out[name]
    if before == nil then
      out[name] = value
    elseif type(before) == "table" then
      before[#before + 1] = value
    else
      out[name] = { before, value }
    end
  end
  return out
end

local function encode(s) return percent_encode(s, "url.encode") end

return {
  {
    name = "url.encode",
    summary = "Escapes a text for use in a URL: everything but letters, digits and `-._~` becomes `%XX`.",
    parameters = { { name = "s", type = "string", about = "any bytes" } },
    returns = { type = "string", about = "the escaped text" },
    example = { { code = 'url.encode("a/b c=ü")', result = '"a%2Fb%20c%3D%C3%BC"' } },
    body = encode,
  },
  {
    name = "url.decode",
    summary = "Undoes `url.encode`. A `%` without two hexadecimal digits after it stays as it is, and so does `+`.",
    parameters = { { name = "s", type = "string", about = "the escaped text" } },
    returns = { type = "string", about = "the bytes" },
    example = { { code = 'url.decode("a%2Fb%20c+100%")', result = '"a/b c+100%"' } },
    body = function(s) return percent_decode(s) end,
  },
  {
    name = "url.parse",
    summary = "Takes a URL apart (RFC 3986). Parts that it does not have are absent; escapes are left as they are.",
    parameters = { { name = "s", type = "string", about = "a URL, absolute or relative" } },
    returns = {
      type = "table",
      about = "`scheme` and `host` in lower case, `port` as an integer, `path` (may be empty), `query`, `fragment`, `userinfo`; nil and a "
        .. "message when `s` is not a URL",
    },
    example = {
      {
        code = 'url.parse("https://me@Example.com:8443/a/b?x=1#top")',
        result = '{ scheme = "https", userinfo = "me", host = "example.com", port = 8443, path = "/a/b", query = "x=1", fragment = "top" }',
      },
      { code = 'url.parse("https://example.com:http/")', result = 'nil, "the host or port is not valid"' },
    },
    body = parse,
  },
  {
    name = "url.query",
    summary = "Writes a query string, sorted by name. An array repeats its name; null is an empty value.",
    parameters = { { name = "t", type = "table", about = "names, and texts, numbers, booleans or arrays of them" } },
    returns = { type = "string", about = "the query without `?`" },
    example = { { code = 'url.query({ q = "a b", page = 2, tag = { "x", "y" } })', result = '"page=2&q=a%20b&tag=x&tag=y"' } },
    body = query,
  },
  {
    name = "url.parse_query",
    summary = "Reads a query string, or a form body: `+` is a space.",
    parameters = { { name = "s", type = "string", about = "the query, with or without `?`" } },
    returns = { type = "table", about = "a text for each name, or an array of texts for a name that occurs more than once" },
    example = { { code = 'url.parse_query("?page=2&q=a+b&tag=x&tag=y")', result = '{ page = "2", q = "a b", tag = { "x", "y" } }' } },
    body = parse_query,
  },
}
