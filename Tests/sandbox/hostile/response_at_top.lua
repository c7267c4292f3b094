-- expect: limit limit
-- entry: response
while true do end
function response() end
