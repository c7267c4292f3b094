-- expect: limit limit
function transform() print(setmetatable({}, {__tostring = function() while true do end end})) end
