-- expect: limit limit
function transform() while true do end end
