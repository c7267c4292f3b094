-- expect: limit limit
function transform() while true do print(('x'):rep(1000)) end end
