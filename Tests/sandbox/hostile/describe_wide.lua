-- expect: limit limit
-- entry: describe
local t = {} for i = 1, 1e7 do t['k' .. i] = print end return t
