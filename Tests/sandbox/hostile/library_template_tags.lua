-- expect: limit limit
function transform()
  local many = ("{{#a}}{{/a}} "):rep(20000)
  while true do template.render(many, {}) end
end
