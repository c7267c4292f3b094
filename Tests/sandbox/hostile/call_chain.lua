-- expect: runtime stack overflow
local t = {} setmetatable(t, {__call = t})
function transform() return t() end
