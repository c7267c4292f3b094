-- expect: output larger
-- entry: describe
return {a = ('x'):rep(3000000)}
