-- expect: limit limit
function transform() local s = ('x é'):rep(250000) while true do local r = text.truncate(s, 900000) end end
