-- expect: result must be a string or a table
-- entry: receive
function receive() return nil, 400, print end
