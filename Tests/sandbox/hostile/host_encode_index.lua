-- expect: limit limit
function transform() local t = setmetatable({}, {__index = function() while true do end end, __pairs = function() while true do end end}) while true do json.encode(t) json.pretty(t) url.query(t) form.encode(t) end end
