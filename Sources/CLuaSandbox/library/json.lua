-- `json`: JSON texts to Lua values and back, and what Lua tables cannot say by themselves.
local host = ...
local json = json
local encode, indent = json.encode, host.json_pretty

return {
  {
    name = "json.encode",
    summary = "Writes a value as JSON, as JavaScript's `JSON.stringify` would. A table with items is an array, any other an object; see "
      .. "`json.array` for empty ones. Members of a table that came with the event keep their order, new ones come after them by name.",
    parameters = { { name = "v", type = "any", about = "nil, a function, NaN and an infinite number are errors" } },
    returns = { type = "string", about = "JSON without white space" },
    example = {
      { code = 'json.encode({ b = { 1, 2.5 }, a = "é" })', result = [['{"a":"é","b":[1,2.5]}']] },
      { code = "json.encode({ json.null, {}, json.array() })", result = "'[null,{},[]]'" },
    },
    body = encode,
  },
  {
    name = "json.decode",
    summary = "Reads a JSON text. Integers stay integers, `null` becomes `json.null`, and tables remember whether they were arrays or "
      .. "objects. A text that is not JSON is an error; use `pcall` where that is to be expected.",
    parameters = { { name = "s", type = "string", about = "JSON in UTF-8, at most 128 levels deep" } },
    returns = { type = "any", about = "the value" },
    example = {
      { code = [[json.decode('{"tags":["a","b"]}').tags[2] ]], result = '"b"' },
      { code = [[json.encode(json.decode('{"z":[],"a":{},"n":1e3}'))]], result = [['{"a":{},"n":1000,"z":[]}']] },
      { code = 'json.decode("null") == json.null', result = "true" },
      { code = '(pcall(json.decode, "{]"))', result = "false" },
    },
    body = json.decode,
  },
  {
    name = "json.null",
    summary = "JSON's `null`. It counts as true in conditions, as everything but nil and false does: compare with it.",
    returns = { type = "null", about = "a value equal only to itself" },
    example = {
      { code = "json.encode({ owner = json.null })", result = [['{"owner":null}']] },
      { code = [[json.decode('{"owner":null}').owner == json.null]], result = "true" },
    },
    body = json.null,
  },
  {
    name = "json.array",
    summary = "Marks a table as an array, so that it is written as `[]` even when it is empty.",
    parameters = { { name = "t", type = "table", about = "the table to mark; a new one when it is left out", optional = true } },
    returns = { type = "table", about = "the table" },
    example = { { code = "json.encode({ tags = json.array() })", result = [['{"tags":[]}']] } },
    body = json.array,
  },
  {
    name = "json.object",
    summary = "Marks a table as an object, so that it is written as `{}` when it is empty, also if it was read from an array.",
    parameters = { { name = "t", type = "table", about = "the table to mark; a new one when it is left out", optional = true } },
    returns = { type = "table", about = "the table" },
    example = { { code = "json.encode(json.object())", result = "'{}'" } },
    body = json.object,
  },
  {
    name = "json.pretty",
    summary = "As `json.encode`, for people: one member or item per line, two spaces for each level.",
    parameters = { { name = "v", type = "any", about = "as for `json.encode`" } },
    returns = { type = "string", about = "JSON with line breaks" },
    example = {
      { code = 'json.pretty({ tags = { "a" }, extra = {} })', result = [['{\n  "extra": {},\n  "tags": [\n    "a"\n  ]\n}']] },
    },
    body = function(v) return indent(encode(v)) end,
  },
}
