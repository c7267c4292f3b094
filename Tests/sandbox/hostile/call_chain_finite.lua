-- expect: limit limit
-- a chain of 8000 callables that ends in a function, again and again
local f = function() end
for i = 1, 8000 do f = setmetatable({}, {__call = f}) end
function transform() while true do f() end end
