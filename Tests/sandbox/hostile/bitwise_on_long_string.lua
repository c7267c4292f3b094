-- expect: limit limit
function transform() local s = ('1'):rep(255000) .. '.5' local f = function() return s | s end while true do pcall(f) end end
