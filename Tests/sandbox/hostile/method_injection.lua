-- expect: result not an HTTP method
function transform(e) return e, {method = 'GET / HTTP/1.1\r\n'} end
