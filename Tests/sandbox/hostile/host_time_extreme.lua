-- expect: limit limit
function transform() while true do for _, t in ipairs({math.maxinteger, math.mininteger, 1e308, -1e308, 0/0, 1/0, 2^53, -2^63}) do pcall(time.format, t) pcall(time.add, t, {days = t, weeks = t}) pcall(time.diff, t, -t) pcall(time.format, 0, '%c%E%O%', t) end end end
