-- expect: limit limit
_ENV = setmetatable({}, {__index = function() while true do end end})
return {transform = function() return missing end}
