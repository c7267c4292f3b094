-- expect: result visible ASCII
function transform() return 'x', {url = 'http://a/\r\nX: y'} end
