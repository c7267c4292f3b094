-- expect: limit limit
function transform() while true do local a = math.fmod(1e308, 3e-308) a = 1e308 % 5e-324 a = 10.5 ^ 307.3 a = math.tan(1e300) a = math.sin(1e308) end end
