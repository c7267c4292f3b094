-- expect: limit limit
function transform()
  local s = "&"
  while true do s = text.escape_html(s .. s) end
end
