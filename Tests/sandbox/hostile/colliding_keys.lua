-- expect: limit limit
function transform() local t = {} for i = 1, 1e9 do t[i * 65535 * 32767 * 16383] = i end end
