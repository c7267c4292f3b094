-- expect: limit limit
function transform() for i = math.mininteger, math.maxinteger do end end
