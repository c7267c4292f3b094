-- expect: limit limit
function transform() local s = ('\0'):rep(300000) while true do local q = ('%q'):format(s) end end
