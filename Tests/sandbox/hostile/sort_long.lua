-- expect: limit limit
function transform()
  local a, t = ('a'):rep(1000):rep(6000), {}
  for i = 1, 20000 do t[i] = a end
  table.sort(t)
  return t
end
