-- expect: memory memory limit
function transform() return ('ab'):rep(math.maxinteger) end
