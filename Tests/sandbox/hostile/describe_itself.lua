-- expect: result contains itself
-- entry: describe
local t = {} t.t = t return t
