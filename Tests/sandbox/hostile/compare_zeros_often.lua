-- expect: limit limit
function transform() local a, b = ('\0'):rep(120000), ('\0'):rep(120000) .. 'x' while true do local n = a < b end end
