-- expect: limit limit
function transform() return {a = string.match(('a'):rep(40), ('a*'):rep(16) .. 'b')} end
