-- expect: limit limit
function transform()
  local pattern = ("%F"):rep(100000)
  while true do time.format(0, pattern) end
end
