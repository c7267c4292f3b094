-- expect: limit limit
-- entry: response
function response() while true do end end
