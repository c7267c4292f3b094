-- expect: runtime outside a coroutine
function transform() coroutine.yield() end
