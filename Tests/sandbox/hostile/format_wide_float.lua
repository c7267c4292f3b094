-- expect: limit limit
function transform()
  local t = {}
  for i = 1, 7000 do t[i] = 1.7e308 end
  while true do local s = string.format(('%.99f'):rep(7000), table.unpack(t)) end
end
