-- expect: limit limit
function transform() local s = ('x é'):rep(250000) while true do local r = crypto.hmac('sha512', s, s) end end
