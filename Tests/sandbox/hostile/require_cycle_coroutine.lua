-- expect: runtime modules require each other: p.a -> p.a
require('p.a')
-- module: p.a
return coroutine.wrap(function() return require('p.a') end)()
