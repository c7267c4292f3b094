-- expect: limit limit
function transform() local t = setmetatable({}, {__index = function() while true do end end}) return {a = t.x} end
