-- expect: limit limit
-- entry: receive
function receive(r) return {}, {body = setmetatable({}, {__index = function() while true do end end})[1]} end
