-- expect: limit limit
function transform() local s = ('x é'):rep(250000) while true do local r = url.parse_query(('a=1&'):rep(200000)) end end
