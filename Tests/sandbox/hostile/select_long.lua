-- expect: limit limit
function transform() local t = {} for i = 1, 5000 do t[i] = i end while true do local n = select(-1, table.unpack(t)) end end
