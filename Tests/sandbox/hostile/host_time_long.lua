-- expect: limit limit
function transform() local s = ('%Y'):rep(200000) while true do pcall(time.format, 0, s) pcall(time.parse, s) end end
