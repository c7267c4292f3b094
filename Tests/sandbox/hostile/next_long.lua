-- expect: limit limit
function transform() local t = {} for i = 1, 20000 do t['k' .. i] = i end while true do next(t) end end
