-- expect: result names of answers must be strings
-- entry: receive
function receive() return {}, {'a', status = 200} end
