-- expect: limit limit
function transform()
  local t = { x = "v" }
  for i = 1, 30 do t = { a = t, b = t } end
  return form.encode(t)
end
