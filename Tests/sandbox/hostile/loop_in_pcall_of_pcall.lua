-- expect: limit limit
function transform() while true do pcall(pcall, pcall, pcall, function() while true do end end) end end
