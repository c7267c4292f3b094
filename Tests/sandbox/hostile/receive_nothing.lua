-- expect: result receive returned nothing
-- entry: receive
function receive() end
