-- expect: result content_type
function transform() return 'x', {content_type = 'text/plain\r\nX-A: b'} end
