-- expect: runtime bad argument #1
function transform() return ('x'):rep(setmetatable({}, {__name = ('n'):rep(1000000)})) end
