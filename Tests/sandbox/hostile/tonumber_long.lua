-- expect: limit limit
function transform() local s = ('1'):rep(1000000) while true do local n = tonumber(s) n = tonumber(s, 36) end end
