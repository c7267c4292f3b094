-- expect: runtime table value
function transform() error(setmetatable({}, {__tostring = function() while true do end end})) end
