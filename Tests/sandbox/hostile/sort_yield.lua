-- expect: runtime attempt to yield across a C-call boundary
function transform() local co = coroutine.wrap(function() table.sort({2, 1}, function() coroutine.yield() end) end) co() end
