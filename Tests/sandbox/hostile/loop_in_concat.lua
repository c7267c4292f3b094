-- expect: limit limit
local mt = {__concat = function() while true do end end}
local a, b = setmetatable({}, mt), setmetatable({}, mt)
function transform() while true do pcall(function() local _ = a .. 'x' end) end end
