-- expect: limit limit
function transform()
  local s = "\255"
  while true do s = url.encode(s) .. base64.encode(s) .. hex.encode(s) end
end
