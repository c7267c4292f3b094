-- expect: limit limit
function transform() local t = setmetatable({}, {__index = function() while true do end end}) while true do pcall(path.get, t, 'a.b.c') pcall(has_tag, t, 'x') while true do local _ = t.x end end end
