-- expect: runtime '__mode'
function transform() setmetatable({}, {__mode = 'k'}) end
