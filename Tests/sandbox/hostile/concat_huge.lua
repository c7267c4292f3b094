-- expect: limit limit
function transform() return table.concat(setmetatable({}, {__index = function() return '' end}), '', 1, 1 << 60) end
