-- expect: limit limit
local mt = {__newindex = function() while true do end end}
local a, b = setmetatable({}, mt), setmetatable({}, mt)
function transform() while true do pcall(function() a.x = 1 end) end end
