-- expect: result a status from 200 to 599 in its answer
-- entry: receive
function receive() return {}, {status = '200'} end
