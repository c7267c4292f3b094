-- expect: limit limit
function transform() local s = ('x'):rep(1000000) while true do log.info(s, s, s) end end
