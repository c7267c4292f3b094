-- expect: runtime invalid value (nil) at index
function transform() return {table.concat({}, '', math.mininteger, math.maxinteger)} end
