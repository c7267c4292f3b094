-- expect: limit limit
function transform() local a, b = ('x'):rep(4000000) .. 'a', ('x'):rep(4000000) .. 'a' while true do local _ = a == b end end
