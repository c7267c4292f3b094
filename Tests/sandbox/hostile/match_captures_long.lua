-- expect: limit limit
function transform() local s = ('x'):rep(1000000) while true do local a = s:match('(((((((x*)))))))') end end
