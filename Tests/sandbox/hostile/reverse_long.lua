-- expect: limit limit
function transform() local a = ('x'):rep(3000000) while true do a = a:reverse() end end
