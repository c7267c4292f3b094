-- expect: output larger
-- entry: receive
function receive() return {data = ('x'):rep(2000000)} end
