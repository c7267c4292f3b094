-- expect: limit limit
-- entry: response
function response() local t = {} while true do t[#t + 1] = {} end end
