-- expect: limit limit
function transform() while true do pcall(path.set, {}, 'a[999999999999]', 1) pcall(path.get, {}, ('[1]'):rep(100000)) end end
