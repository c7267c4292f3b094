-- expect: limit limit
function transform()
  local where = ("a."):rep(100000) .. "a"
  while true do path.get({}, where) path.set({}, where, 1) end
end
