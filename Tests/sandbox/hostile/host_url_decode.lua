-- expect: limit limit
function transform() local s = ('x é'):rep(250000) while true do local r = url.decode(('%41'):rep(300000)) end end
