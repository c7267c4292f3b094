-- expect: limit limit
function transform() local t = {} for i = 1, 50000 do t['k' .. i] = i end while true do form.encode(t) end end
