-- expect: limit limit
local t = {} setmetatable(t, {__call = t})
local list = {}
for i = 1, 7999 do list[i] = i end
function transform()
  while true do
    local co = coroutine.wrap(function(...) local function f(...) local function g(...) return pcall(t, ...) end return g(coroutine.yield(), ...) end return f(...) end)
    pcall(co, table.unpack(list)) pcall(co, table.unpack(list)) pcall(co)
  end
end
