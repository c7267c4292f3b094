-- expect: compile p/a.lua:2:
require('p.a')
-- module: p.a
local x
x = = 1
