-- expect: limit limit
function transform() local t = {} for i = 1, 100 do t = setmetatable({}, {__index = t}) end while true do local _ = t.x end end
