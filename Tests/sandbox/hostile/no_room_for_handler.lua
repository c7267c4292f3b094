-- expect: limit limit
local t = {}
function transform() pcall(function() while true do t[#t + 1] = {} end end) while true do t[#t + 1] = {} end end
