-- expect: limit limit
local t = {} setmetatable(t, {__call = t})
function transform() while true do pcall(coroutine.wrap(function() t() end)) end end
