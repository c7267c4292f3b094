-- expect: limit limit
function filter() while true do end end
