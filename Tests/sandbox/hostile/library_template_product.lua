-- expect: limit limit
function transform()
  local list = {}
  for i = 1, 100 do list[i] = i end
  return template.render(("{{#l}}"):rep(20) .. "{{.}}" .. ("{{/l}}"):rep(20), { l = list })
end
