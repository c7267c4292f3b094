-- expect: runtime '__gc'
function transform() setmetatable({}, {__gc = function() while true do end end}) end
