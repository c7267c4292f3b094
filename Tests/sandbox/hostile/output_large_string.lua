-- expect: output larger than
function transform() return ('x'):rep(2000000) end
