-- expect: result its answer as a table
-- entry: receive
function receive() return {}, ('x'):rep(1000000) end
