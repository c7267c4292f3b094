-- expect: limit limit
function transform() local t = {} for i = 1, 200 do t[i] = i end local f = ('i16'):rep(200) while true do local s = f:pack(table.unpack(t)) end end
