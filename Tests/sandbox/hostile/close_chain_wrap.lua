-- expect: limit limit
function transform()
  local last
  local function step(before)
    return coroutine.wrap(function()
      local x <close> = setmetatable({}, {__close = function() if before then before() end end})
      error('on')
    end)
  end
  for _ = 1, 7000 do last = step(last) end
  pcall(last)
  while true do end
end
