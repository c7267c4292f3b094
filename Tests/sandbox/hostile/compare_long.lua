-- expect: limit limit
function transform() local a, b = ('\0'):rep(4000000), ('\0'):rep(4000000) while true do local _ = a < b end end
