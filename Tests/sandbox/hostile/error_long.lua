-- expect: runtime xxxxxxxx
function transform() error(('x'):rep(400000)) end
