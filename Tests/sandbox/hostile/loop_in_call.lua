-- expect: limit limit
local mt = {__call = function() while true do end end}
local a, b = setmetatable({}, mt), setmetatable({}, mt)
function transform() while true do pcall(function() a() end) end end
