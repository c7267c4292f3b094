-- expect: limit limit
function transform() local a, b = ('\0'):rep(7000000), ('\0'):rep(4000000) .. 'x' while true do local n = a < b end end
