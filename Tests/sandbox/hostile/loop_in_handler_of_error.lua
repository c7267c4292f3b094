-- expect: limit limit
function transform() xpcall(error, function() while true do end end, 'x') end
