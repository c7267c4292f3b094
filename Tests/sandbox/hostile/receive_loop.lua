-- expect: limit limit
-- entry: receive
function receive() while true do end end
