-- expect: result must return events as a table
-- entry: receive
function receive() return ('x'):rep(1000000) end
