-- expect: limit limit
function transform() return (('a'):gsub('a', function() while true do end end)) end
