-- expect: limit limit
function transform() local a = ('x'):rep(3000000) while true do local b = a:sub(2) end end
