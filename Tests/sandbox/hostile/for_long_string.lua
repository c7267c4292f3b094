-- expect: limit limit
function transform() local s = ('0'):rep(255000) .. '1' while true do for i = 1, s do end end end
