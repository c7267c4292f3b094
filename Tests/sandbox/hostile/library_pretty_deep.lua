-- expect: limit limit
function transform()
  local t = { 1 }
  for i = 1, 100 do t = { t, t } end
  while true do pcall(json.pretty, t) end
end
