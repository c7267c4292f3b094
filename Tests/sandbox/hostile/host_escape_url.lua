-- expect: limit limit
function transform() local s = ('x é'):rep(250000) while true do local r = text.escape_url(s) end end
