-- expect: limit limit
function transform() local s = ('x{{a}}'):rep(100000) while true do template.render(s, {a = 'y'}) end end
