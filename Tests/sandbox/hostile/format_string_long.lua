-- expect: limit limit
function transform() local s = ('x'):rep(1000000) while true do local q = ('%s%s%s%s'):format(s, s, s, s) end end
