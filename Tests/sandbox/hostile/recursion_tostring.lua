-- expect: runtime C stack overflow
local t t = setmetatable({}, {__tostring = function() return tostring(t) end})
function transform() return tostring(t) end
