-- expect: result 'filter' must be a function
-- entry: describe
return setmetatable({filter = 1}, {__index = function() while true do end end})
