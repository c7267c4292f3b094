-- expect: limit limit
function transform()
  local long = ("A"):rep(4000000)
  while true do base64.decode(long) hex.decode(long) url.decode(long) end
end
