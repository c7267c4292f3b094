-- expect: limit limit
function transform() local s = ('a'):rep(2000000) while true do s:find(('a'):rep(1000000) .. 'b', 1, true) end end
