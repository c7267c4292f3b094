-- expect: limit limit
function transform() return (('a'):rep(100000):gsub('a', ('b'):rep(1000))) end
