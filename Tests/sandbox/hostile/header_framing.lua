-- expect: result cannot be set
function transform(e) return e, {headers = {['Content-Length'] = '0'}} end
