-- expect: result unknown member
-- entry: receive
function receive(r) return {}, r end
