-- expect: limit limit
function transform()
  local flags = ("\u{1F1E9}"):rep(300000)
  while true do text.truncate(flags, 299998) end
end
