-- expect: result forbidden characters
-- entry: receive
function receive() return {}, {headers = {['X-A'] = 'b\r\nSet-Cookie: c'}} end
