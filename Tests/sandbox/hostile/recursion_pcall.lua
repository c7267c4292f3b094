-- expect: limit limit
local function f() pcall(f) return 1 + f() end
function transform() f() return {a = 1} end
