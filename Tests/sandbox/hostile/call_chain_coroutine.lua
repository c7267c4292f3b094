-- expect: runtime stack overflow
local t = {} setmetatable(t, {__call = t})
function transform() while true do coroutine.wrap(function() t() end)() end end
