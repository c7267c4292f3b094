-- expect: limit limit
function transform() local t = {} for i = 1, 100 do t[i] = ('x'):rep(200000) end return table.concat(t) end
