-- expect: limit limit
while true do pcall(require, 'p.a') end
-- module: p.a
while true do end
