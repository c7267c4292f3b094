-- expect: limit limit
local mt = {__eq = function() while true do end end}
local a, b = setmetatable({}, mt), setmetatable({}, mt)
function transform() while true do pcall(function() local _ = a == b end) end end
