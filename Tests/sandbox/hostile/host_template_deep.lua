-- expect: limit limit
function transform() local n = 50000 while true do pcall(template.render, ('{{#a}}'):rep(n) .. ('{{/a}}'):rep(n), {a = true}) end end
