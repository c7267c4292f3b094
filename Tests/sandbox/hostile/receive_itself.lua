-- expect: result nested deeper than 128 levels
-- entry: receive
function receive(r) r.r = r return r end
