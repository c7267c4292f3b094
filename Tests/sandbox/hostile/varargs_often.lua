-- expect: limit limit
function transform() local function f(...) while true do local a = ... local t = {...} end end local t = {} for i = 1, 3000 do t[i] = i end f(table.unpack(t)) end
