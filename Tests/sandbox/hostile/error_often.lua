-- expect: limit limit
function transform() local function f() error(('x'):rep(250000)) end while true do pcall(f) end end
