-- expect: limit limit
function transform()
  local long = ("ж"):rep(1500000)
  while true do text.upper(long) end
end
