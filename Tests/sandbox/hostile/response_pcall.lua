-- expect: limit limit
-- entry: response
function response() while true do pcall(function() while true do end end) end end
