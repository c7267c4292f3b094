-- expect: limit limit
function transform() local s = ('1'):rep(255000) .. 'e1' while true do local n = s + 0 end end
