-- expect: limit limit
function transform()
  return template.render("{{a}}", { a = 1 }, { escape = function(s) while true do end end })
end
