-- expect: limit limit
function transform()
  local s = "http://" .. ("@:"):rep(100000) .. "/" .. ("?#"):rep(100000)
  while true do url.parse(s) url.parse_query(s) end
end
