-- expect: runtime attempt to yield across a C-call boundary
function transform() local co = coroutine.wrap(function() return (('x'):gsub('x', coroutine.yield)) end) co() end
