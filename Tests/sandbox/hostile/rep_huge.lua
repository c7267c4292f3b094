-- expect: memory memory limit
function transform() return ('a'):rep(1e9) end
