-- expect: limit limit
-- entry: response
return {response = function() return require('p.a') end}
-- module: p.a
local function f() return pcall(f) end while true do f() end
