-- expect: limit limit
while true do pcall(require, 'p.a') end
-- module: p.a
pcall(require, 'p.b') error()
-- module: p.b
pcall(require, 'p.a') error()
