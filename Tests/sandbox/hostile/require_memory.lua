-- expect: limit limit
pcall(require, 'p.a') return {}
-- module: p.a
local s = 'x' while true do s = s .. s end
