-- expect: limit limit
return {transform = function() table.sort({3, 2, 1}, function(a, b) return require('p.a')(a, b) end) end}
-- module: p.a
return function() while true do end end
