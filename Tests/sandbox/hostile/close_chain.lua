-- expect: runtime nested too deeply
function transform()
  local last
  local function close(o)
    if not o[1] then return end
    local closed, why = coroutine.close(o[1])
    if not closed then error(why, 0) end
  end
  for _ = 1, 9000 do
    local before = last
    last = coroutine.create(function() local x <close> = setmetatable({before}, {__close = close}) coroutine.yield() end)
    coroutine.resume(last)
  end
  close({last})
end
