-- expect: limit limit
function transform() local t = {} t.t = t while true do pcall(json.pretty, t) end end
