-- expect: limit limit
function transform()
  local a = ('a'):rep(1000):rep(2600)
  local b, tags = a:sub(1, -2) .. 'b', {}
  for i = 1, 50000 do tags[i] = a end
  return {has_tag({tags = tags}, b)}
end
