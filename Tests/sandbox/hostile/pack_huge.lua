-- expect: limit limit
function transform() return {a = string.pack('c2000000000', 'x')} end
