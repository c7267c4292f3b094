-- expect: limit limit
-- entry: receive
function receive(r) local s = r.body while true do s = s .. r.body .. s end end
