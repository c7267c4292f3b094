-- expect: output the answer's body is larger
-- entry: receive
function receive() return {}, {body = ('x'):rep(65537)} end
