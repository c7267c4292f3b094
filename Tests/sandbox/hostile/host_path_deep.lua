-- expect: limit limit
function transform() local p = ('a.'):rep(100000) .. 'a' while true do local t = {} pcall(path.set, t, p, 1) pcall(path.get, t, p) end end
