-- expect: runtime C stack overflow
local function f(s) return (s:gsub('.', f)) end
function transform() return f('x') end
