-- expect: limit limit
function transform() table.move(setmetatable({}, {__index = function() return 1 end}), 1, 1e9, 1, {}) end
