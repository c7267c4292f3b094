-- expect: limit limit
-- entry: receive
function receive() while true do coroutine.wrap(function() while true do end end)() end end
