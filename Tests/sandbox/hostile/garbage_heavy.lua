-- expect: limit limit
function transform() local keep = {} for i = 1, 60000 do keep[i] = {i} end while true do local t = {} for i = 1, 100 do t[i] = {} end end end
