-- expect: limit limit
local function nest(n)
  if n == 0 then while true do end end
  return coroutine.wrap(function() pcall(nest, n - 1) while true do end end)()
end
function transform() pcall(nest, 50) while true do end end
