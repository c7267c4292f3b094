-- expect: limit limit
function transform() return {a = (('a '):rep(5000)):find(('%f[%w].-'):rep(6) .. 'b')} end
