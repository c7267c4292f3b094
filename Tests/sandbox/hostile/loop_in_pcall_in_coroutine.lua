-- expect: limit limit
function transform() while true do local co = coroutine.wrap(function() while true do pcall(coroutine.yield) end end) for i = 1, 100 do co() end end end
