-- expect: limit limit
function transform() local s = 'x' while true do s = s:gsub('x', function(c) return c .. c .. c end) end end
