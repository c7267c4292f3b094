-- expect: result does not define 'receive'
-- entry: receive
function filter() end
