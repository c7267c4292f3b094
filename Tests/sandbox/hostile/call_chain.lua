-- expect: limit limit
local t = {} setmetatable(t, {__call = t})
function transform() while true do pcall(t) end end
