-- expect: result is not a header name
-- entry: receive
function receive() return {}, {headers = {['X-A: b\r\nX'] = 'c'}} end
