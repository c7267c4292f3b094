-- expect: runtime attempt to yield across a C-call boundary
coroutine.wrap(function() require('p.a') end)()
-- module: p.a
coroutine.yield()
