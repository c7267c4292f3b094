-- expect: limit limit
function transform()
  local marks = ("a" .. ("\u{301}"):rep(500000)):rep(2)
  while true do text.truncate(marks, 900000) text.truncate(marks, 600000) end
end
