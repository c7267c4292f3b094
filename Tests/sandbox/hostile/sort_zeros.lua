-- expect: limit limit
function transform() local t = {} for i = 1, 50 do t[i] = ('\0'):rep(100000) .. i end while true do table.sort(t) end end
