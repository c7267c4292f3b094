-- expect: limit limit
function transform() local t = {} for i = 1, 1e6 do t[i] = coroutine.create(print) end end
