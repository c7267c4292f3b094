-- expect: limit limit
require('p.a')
-- module: p.a
while true do end
