-- expect: runtime protected metatable
function transform() setmetatable(_ENV, {}) end
