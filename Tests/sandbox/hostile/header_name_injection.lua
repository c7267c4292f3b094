-- expect: result not a header name
function transform(e) return e, {headers = {['X-A:'] = 'b'}} end
