-- expect: limit limit
function transform() local s = ('é'):rep(500000) while true do local n = utf8.len(s) end end
