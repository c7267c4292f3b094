-- expect: limit limit
function transform()
  local t = {}
  for i = 1, 30000 do t[i] = 1.7e308 end
  return {#string.format(('%.99f'):rep(30000), table.unpack(t))}
end
