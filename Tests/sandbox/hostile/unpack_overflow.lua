-- expect: runtime too many results to unpack
function transform() return {table.unpack({}, math.mininteger, math.maxinteger)} end
