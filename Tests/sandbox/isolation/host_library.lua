-- expect: ok {"again":true
-- Functions of the host keep nothing of what they were given: neither tables, nor functions, nor results.
local function use()
  local t = { a = { b = { 1, 2 } }, list = json.array({ "x", "y" }), f = function() end }
  local out = {
    path.get(t, "a.b[2]"), path.set({}, "x.y[1]", 5).x.y[1], time.format(0, "%A %j"), time.parse("2026-01-01T00:00:00Z"), text.wrap("a b c", 3),
    text.upper("é"), text.truncate("abcdef", 3), text.split("a,b", ",")[2], text.escape_html("<"), base64.encode("x"), hex.decode("41"),
    crypto.hmac("sha1", "k", "v"), crypto.sha256(""), url.encode("a b"), url.parse("http://h:1/p?q#f").host, url.query({ b = 1, a = 2 }), uuid_from("x"),
    form.encode({ a = { 1, 2 } }), json.pretty({ 1 }), template.render("{{#list}}<{{.}}>{{/list}}", t, { escape = function(s) return s .. "!" end }),
  }
  pcall(template.render, "{{a", t) pcall(path.set, t, "a[", 1) pcall(time.format, {}, {}) pcall(crypto.hmac, "md5", "", "") pcall(form.encode, use)
  return json.encode(out)
end
function transform()
  local first = use()
  coroutine.wrap(use)()
  return { again = use() == first, first = first }
end
