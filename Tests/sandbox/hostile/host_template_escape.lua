-- expect: limit limit
function transform() while true do pcall(template.render, '{{a}}', {a = 'x'}, {escape = function() while true do end end}) end end
