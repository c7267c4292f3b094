-- expect: limit limit
function transform() local s = ('é'):rep(500000) while true do local n = utf8.offset(s, 499999) end end
