-- expect: runtime attempt to index a boolean
-- entry: receive
function receive(r) getmetatable(r).__index = nil end
