-- expect: limit limit
function transform() local s = ('0'):rep(255000) .. '1' while true do local n = ('x'):rep(s) n = ('x'):sub(s, s) n = select(s, 1) end end
