-- expect: result the reason of a rejection
-- entry: receive
function receive() return nil, 400, {} end
