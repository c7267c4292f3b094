-- expect: output larger than
function transform() local t = {} local s = ('x'):rep(10000) for i = 1, 200 do t[i] = s end return t end
