-- expect: limit limit
local a, b = {}, {}
setmetatable(a, {__call = b}) setmetatable(b, {__call = a})
function transform() while true do pcall(a) end end
