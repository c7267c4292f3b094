-- expect: runtime attempt to index a nil value
function transform() host.fail("x") end
