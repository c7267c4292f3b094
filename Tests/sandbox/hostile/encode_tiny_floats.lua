-- expect: limit limit
function transform()
  local t = {}
  for i = 1, 40000 do t[i] = 1.2345678901234567e-310 + i * 5e-324 end
  for i = 1, 10 do json.encode(t) end
  return t
end
