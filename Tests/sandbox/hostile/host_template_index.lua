-- expect: limit limit
function transform() return {text = template.render('{{a.b}}', setmetatable({}, {__index = function() while true do end end})) .. tostring(setmetatable({}, {__tostring = function() while true do end end}))} end
