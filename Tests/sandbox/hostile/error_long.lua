-- expect: runtime xxxxxxxx
function transform() error(('x'):rep(4000000)) end
