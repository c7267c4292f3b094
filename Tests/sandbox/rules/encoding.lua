-- RFC 4648, RFC 3986 and the form encoding of the URL standard.
for plain, encoded in pairs { [""] = "", f = "Zg==", fo = "Zm8=", foo = "Zm9v", foob = "Zm9vYg==", fooba = "Zm9vYmE=", foobar = "Zm9vYmFy" } do
  check(base64.encode(plain), encoded)
  check(base64.decode(encoded), plain)
  check(base64.decode((encoded:gsub("=", ""))), plain)
  check(base64.encode(plain, { padding = false }), (encoded:gsub("=", "")))
end
check(base64.encode("\xFF\xFE\xFD\xFC", { url = true }), "__79_A==")
check(base64.decode("__79_A"), "\xFF\xFE\xFD\xFC")
check(base64.decode("//79/A=="), "\xFF\xFE\xFD\xFC")
local function problem(f, s)
  local value, message = f(s)
  return value == nil and message
end
check(problem(base64.decode, "Zg="), "base64 of a wrong length")
check(problem(base64.decode, "Z"), "base64 of a wrong length")
check(problem(base64.decode, "Zh=="), "base64 that ends in stray bits")
check(problem(base64.decode, "Zm9="), "base64 that ends in stray bits")
check(problem(base64.decode, "Zg==Zg=="), "not a base64 digit at byte 3")
check(problem(base64.decode, "===="), "not a base64 digit at byte 1")
check(problem(base64.decode, "Zm 9v"), "not a base64 digit at byte 3")
check(hex.encode(""), "")
check(hex.encode("foobar"), "666f6f626172")
check(hex.decode("666F6f626172"), "foobar")
check(problem(hex.decode, "666"), "an odd number of hexadecimal digits")
check(problem(hex.decode, "6x"), "not a hexadecimal digit at byte 2")
fails("hex.decode: s must be a string, not a boolean", hex.decode, true)

local all = {}
for i = 0, 255 do all[#all + 1] = string.char(i) end
all = table.concat(all)
check(base64.decode(base64.encode(all)), all)
check(hex.decode(hex.encode(all)), all)
check(url.decode(url.encode(all)), all)
check(url.parse_query(form.encode({ x = all })).x, all)

check(url.encode("AZaz09-._~"), "AZaz09-._~")
check(url.encode(" +/?#[]@!$&'()*,;=%\0"), "%20%2B%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2C%3B%3D%25%00")
check(url.decode("%41%zz%4%"), "A%zz%4%")
check(form.encode({ a = "AZaz09*-._ ~" }), "a=AZaz09*-._+%7E")

check(url.parse("http://a/b/c/d;p?q"), { scheme = "http", host = "a", path = "/b/c/d;p", query = "q" })
check(url.parse("foo://example.com:8042/over/there?name=ferret#nose"),
  { scheme = "foo", host = "example.com", port = 8042, path = "/over/there", query = "name=ferret", fragment = "nose" })
check(url.parse("urn:example:animal:ferret:nose"), { scheme = "urn", path = "example:animal:ferret:nose" })
check(url.parse("ldap://[2001:DB8::7]/c=GB?one"), { scheme = "ldap", host = "[2001:db8::7]", path = "/c=GB", query = "one" })
check(url.parse("https://u:p@h:"), { scheme = "https", userinfo = "u:p", host = "h", path = "" })
check(url.parse("//h?"), { host = "h", path = "", query = "" })
check(url.parse("../a?b"), { path = "../a", query = "b" })
check(url.parse(""), { path = "" })
check(url.parse("a/b:c"), { path = "a/b:c" })
check(url.parse("http://h?a:b/c?d#e"), { scheme = "http", host = "h", path = "", query = "a:b/c?d", fragment = "e" })
check(problem(url.parse, "1a:b"), "the scheme is not valid")
check(problem(url.parse, "http://h:99999/"), "the port is above 65535")
check(problem(url.parse, "http://h:x/"), "the host or port is not valid")
check(problem(url.parse, "http://[::1/"), "the host or port is not valid")
check(problem(url.parse, "http://a b/"), 'character " " at byte 9 is not allowed')

check(url.query({}), "")
check(url.query({ b = 1, a = true, c = json.null, d = { 1, 2.5 }, e = {} }), "a=true&b=1&c=&d=1&d=2.5")
check(url.query({ ["ä"] = "ö" }), "%C3%A4=%C3%B6")
fails("not an object", url.query, { a = { b = 1 } })
fails("each name in t must be a string, not 1", url.query, { "a" })
check(url.parse_query(""), {})
check(url.parse_query("?a=1&a=2&a=3&b&=c&d=e=f&&%61b=%20"), { a = { "1", "2", "3" }, b = "", [""] = "c", d = "e=f", ab = " " })
check(form.encode({}), "")
check(form.encode(json.decode('{"z":1,"a":[true,null,"x y"]}')), "a%5B%5D=true&a%5B%5D=&a%5B%5D=x+y&z=1")
check(form.encode({ a = { { b = 1 }, { b = 2 } } }), "a%5B0%5D%5Bb%5D=1&a%5B1%5D%5Bb%5D=2")
fails("not an array", form.encode, { 1 })
fails("deeper than 32 levels", function()
  local loop = {}
  loop.a = loop
  form.encode(loop)
end)
