-- expect: limit limit
function transform() local t = {} for i = 1, 20000 do t[i] = 'xxxxxxxx' end while true do local s = table.concat(t, ',') end end
