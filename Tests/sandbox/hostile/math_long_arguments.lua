-- expect: limit limit
function transform() local s, t = ('0'):rep(15000) .. '1', {} for i = 1, 7000 do t[i] = s end while true do local n = math.max(table.unpack(t)) end end
