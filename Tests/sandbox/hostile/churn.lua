-- expect: limit limit
function transform() local keep = ('x'):rep(12000000) while true do local s = ('y'):rep(2000000) .. 'z' end end
