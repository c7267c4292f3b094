-- expect: limit limit
function transform()
  local t = {}
  for i = 1, 60000 do t[i] = 1.7e308 end
  return {#string.format(('%.99e'):rep(60000), table.unpack(t))}
end
