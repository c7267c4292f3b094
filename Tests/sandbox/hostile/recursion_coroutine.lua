-- expect: runtime C stack overflow
local function f() return coroutine.wrap(f)() end
function transform() return f() end
