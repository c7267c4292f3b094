-- expect: limit limit
function transform() return {a = (('x'):rep(100000)):gsub('x', ('y'):rep(10000))} end
