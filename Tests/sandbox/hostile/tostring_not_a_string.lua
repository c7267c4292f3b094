-- expect: runtime '__tostring' must return a string
function transform() return tostring(setmetatable({}, {__tostring = function() return {} end})) end
