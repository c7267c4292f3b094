-- expect: limit limit
function transform()
  local last
  local function down(n, f)
    if n == 0 then return f() end
    return (string.gsub('a', 'a', function() pcall(down, n - 1, f) end))
  end
  for _ = 1, 500 do
    local before = last
    local function close() if before then down(90, function() coroutine.close(before) end) end end
    last = coroutine.create(function() local x <close> = setmetatable({}, {__close = close}) coroutine.yield() end)
    coroutine.resume(last)
  end
  coroutine.close(last)
  while true do end
end
