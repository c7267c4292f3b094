-- expect: limit limit
function transform() return {a = (('('):rep(1000000)):find('%b()')} end
