-- expect: limit limit
-- entry: describe
return require('p.a')
-- module: p.a
return (function() while true do end end)()
