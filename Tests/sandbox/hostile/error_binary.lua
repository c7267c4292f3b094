-- expect: runtime
function transform() error('\0\255\200' .. ('\0'):rep(100)) end
