-- expect: limit limit
local t <close> = setmetatable({}, {__close = function() pcall(require, 'p.a') end}) pcall(require, 'p.a') error()
-- module: p.a
local t <close> = setmetatable({}, {__close = function() while true do end end}) error()
