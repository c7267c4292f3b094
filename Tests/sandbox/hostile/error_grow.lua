-- expect: limit limit
function transform() local m = 'x' while true do local ok, e = pcall(error, m, 2) m = e .. m end end
