-- expect: limit limit
function transform() local t = {} while true do t = {t, t} end end
