-- expect: limit limit
while true do pcall(require, 'p.a') end
-- module: p.a
error({})
