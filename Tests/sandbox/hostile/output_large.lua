-- expect: output larger than
function transform() return {a = ('x'):rep(2000000)} end
