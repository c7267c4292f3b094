-- expect: result cannot be set by a script
-- entry: receive
function receive() return {}, {headers = {['Transfer-Encoding'] = 'chunked'}} end
