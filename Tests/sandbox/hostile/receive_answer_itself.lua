-- expect: result table that contains itself
-- entry: receive
function receive() local t = {} t.t = t return {}, {body = t} end
