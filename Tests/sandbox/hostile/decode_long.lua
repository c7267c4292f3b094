-- expect: limit limit
function transform() local s = '[' .. ('[1,{"a":null}],'):rep(5000) .. '1]' while true do local t = json.decode(s) end end
