-- expect: limit limit
function transform()
  local s = (","):rep(200000)
  while true do text.split(s, ",") text.wrap(s:gsub(",", " "), 1) end
end
