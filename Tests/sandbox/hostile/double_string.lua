-- expect: limit limit
function transform() local s = 'x' while true do s = s .. s end end
