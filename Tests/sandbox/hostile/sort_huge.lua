-- expect: limit limit
function transform() local t = {} for i = 1, 200000 do t[i] = -i end for i = 1, 100 do table.sort(t) end end
