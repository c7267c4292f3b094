-- expect: limit limit
function transform() local s, r = ('x'):rep(255000) .. 'a', ('x'):rep(255000) .. 'b' while true do local n = s < r end end
