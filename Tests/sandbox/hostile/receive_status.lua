-- expect: result a status from 200 to 599
-- entry: receive
function receive() return nil, math.maxinteger, 'x' end
