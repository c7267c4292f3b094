-- expect: limit limit
function transform() local t = {} t.t = t while true do pcall(form.encode, t) end end
