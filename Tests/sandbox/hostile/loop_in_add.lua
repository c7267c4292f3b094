-- expect: limit limit
local mt = {__add = function() while true do end end}
local a, b = setmetatable({}, mt), setmetatable({}, mt)
function transform() while true do pcall(function() local _ = a + 1 end) end end
