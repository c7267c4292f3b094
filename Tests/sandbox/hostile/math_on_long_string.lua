-- expect: limit limit
function transform() local s = ('0'):rep(255000) .. '1' while true do local n = math.floor(s) n = math.tointeger(s) n = math.max(s, s) end end
