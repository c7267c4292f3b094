-- expect: limit limit
function transform() return {a = string.find(('a'):rep(40), ('.-'):rep(12) .. 'b')} end
