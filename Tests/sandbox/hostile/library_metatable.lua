-- expect: runtime protected metatable
function transform() setmetatable(string, {}) end
