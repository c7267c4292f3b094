-- expect: limit limit
function transform()
  local long = ("x"):rep(3000000)
  while true do crypto.hmac("sha512", long, long) end
end
