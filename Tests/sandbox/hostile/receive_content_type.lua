-- expect: result 'content_type' is not a header value
-- entry: receive
function receive() return nil, 200, 'x', 'text/plain\r\nX-A: b' end
