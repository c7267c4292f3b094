-- expect: result forbidden characters
function transform(e) return e, {headers = {['X-A'] = 'b\r\nX-B: c'}} end
