-- expect: runtime bad argument #1 to 'require'
require(setmetatable({}, {__tostring = function() return 'p.a' end}))
-- module: p.a
return 1
