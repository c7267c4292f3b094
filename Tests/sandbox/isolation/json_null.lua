-- expect: ok {"equal":true,"set":false,"type":"userdata"}
-- `json.null` is one value of all calls and holds nothing.
function transform()
  local set = pcall(function() json.null.mine = 1 end) or pcall(setmetatable, json.null, {})
  return { set = set, equal = json.null == json.decode("null"), type = type(json.null) }
end
