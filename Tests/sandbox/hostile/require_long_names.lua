-- expect: limit limit
local n = ('x'):rep(1000000) while true do pcall(require, n) end
-- module: p.a
return 1
