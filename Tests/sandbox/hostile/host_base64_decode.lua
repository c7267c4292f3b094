-- expect: limit limit
function transform() local s = ('x é'):rep(250000) while true do local r = base64.decode(('AAAA'):rep(200000)) end end
