-- expect: limit limit
function transform() local s = ('x é'):rep(250000) while true do local r = url.parse('http://h/' .. ('x'):rep(900000)) end end
