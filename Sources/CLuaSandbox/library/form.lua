-- `form`: bodies of type application/x-www-form-urlencoded.
local host = ...
local null = json.null
local concat, format = table.concat, string.format
local type, pairs, tostring = type, pairs, tostring
local encode_number = json.encode
local DEPTH_MAX = 32

local encode_member

local function encode_table(out, name, t, depth)
  if depth > DEPTH_MAX then host.fail(format("form.encode: t is nested deeper than %d levels", DEPTH_MAX)) end
  if host.shape(t) ~= "array" then
    for key, value in pairs(t) do
      key = type(key) == "number" and tostring(key) or key
      if type(key) ~= "string" then host.fail(format("form.encode: t has a %s among its keys", type(key))) end
      encode_member(out, name and format("%s[%s]", name, key) or key, value, depth)
    end
    return
  end
  if not name then host.fail("form.encode: t must be a table of names and values, not an array") end
  for i = 1, #t do
    encode_member(out, type(t[i]) == "table" and format("%s[%d]", name, i - 1) or name .. "[]", t[i], depth)
  end
end

function encode_member(out, name, value, depth)
  local kind = type(value)
  if kind == "table" then return encode_table(out, name, value, depth + 1) end
  if value == null then
    value = ""
  elseif kind == "number" then
    value = encode_number(value)
  elseif kind == "boolean" then
    value = tostring(value)
  elseif kind ~= "string" then
    host.fail(format("form.encode: '%s' is a %s, which a form cannot hold", name, kind))
  end
  out[#out + 1] = host.form_encode(name) .. "=" .. host.form_encode(value)
end

return {
  {
    name = "form.encode",
    summary = "Writes a table as a form body, for receivers that want `application/x-www-form-urlencoded`. A table inside gives `a[b]=c`, "
      .. "an array gives `a[]=1&a[]=2`, an array of tables `a[0][b]=c`. null is an empty value; members come in the order of `pairs`.",
    parameters = { { name = "t", type = "table", about = "names and values" } },
    returns = { type = "string", about = "the body; set `content_type` to `application/x-www-form-urlencoded` beside it" },
    example = {
      { code = 'form.encode({ text = "a b&c", token = "ü" })', result = '"text=a+b%26c&token=%C3%BC"' },
      { code = 'form.encode({ user = { id = 7, tags = { "x", "y" } } })', result = '"user%5Bid%5D=7&user%5Btags%5D%5B%5D=x&user%5Btags%5D%5B%5D=y"' },
    },
    body = function(t)
      local out = {}
      encode_table(out, nil, host.table("form.encode", "t", t), 0)
      return concat(out, "&")
    end,
  },
}
