-- expect: ok [1,1,true,"p.a"]
-- A module runs anew in each call that asks for it, in the environment of that call.
local a, b = require("p.a"), require("p.b")
local clean = shared == nil
shared = a
require = nil
return { transform = function() return { a.next(), b.next(), clean, a.name } end }
-- module: p.a
local n = 0
local M = { name = ... }
function M.next() n = n + 1 count = (count or 0) + 1 return n end
_ENV.leaked = M
return M
-- module: p.b
local a = require("p.a")
local M = {}
function M.next() a.name = "p.a" return count end
return M
