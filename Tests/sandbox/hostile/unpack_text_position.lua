-- expect: runtime initial position out of string
function transform() return {a = string.unpack('b', 'x', math.maxinteger)} end
