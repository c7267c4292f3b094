-- expect: limit limit
function transform() local t = {} for i = 1, 5000 do t[i] = 'é"' end while true do local s = json.encode(t) end end
