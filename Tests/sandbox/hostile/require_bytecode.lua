-- expect: compile p/a.lua
require('p.a')
-- module: p.a
Lua
