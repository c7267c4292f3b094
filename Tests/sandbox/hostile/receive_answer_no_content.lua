-- expect: result cannot have a body
-- entry: receive
function receive() return {}, {status = 204, body = 'x'} end
