-- expect: limit limit
function transform() local t = {} for i = 1, 100000 do t['k' .. i] = i end while true do for i = 1, 100 do t['n' .. i] = i t['n' .. i] = nil end end end
