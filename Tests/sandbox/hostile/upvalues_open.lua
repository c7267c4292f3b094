-- expect: limit limit
function transform() local fs = {} local function f(n, deep) local a, b, c = 1, 2, 3 fs[#fs + 1] = function() return a, b, c end if n > 0 then return (f(n - 1, deep)) end while true do local g = function() return deep end end end
local x = 1 local function outer() local y = 1 local function h(n) local a, b, c = 1, 2, 3 fs[#fs + 1] = function() return a, b, c end if n > 0 then return (h(n - 1)) end while true do local g = function() return y end g = nil end end h(1200) end outer() end
