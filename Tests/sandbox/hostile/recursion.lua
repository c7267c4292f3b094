-- expect: runtime stack overflow
local function f() return 1 + f() end
function transform() return {a = f()} end
