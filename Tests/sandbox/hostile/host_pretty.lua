-- expect: limit limit
function transform() local s = ('x é'):rep(250000) while true do pcall(json.pretty, {s, {s}}) end end
