-- expect: limit limit
local t = {} setmetatable(t, {__call = t})
local list = {}
for i = 1, 7999 do list[i] = i end
local function grow(n, ...) if n == 0 then return t(...) end return grow(n - 1, 1, ...) end
local co
function transform()
  local u = table.unpack
  local function nest(n) local a = {u(list)} if n == 0 then return pcall(t, u(list)) end return (select('#', u(list))) + nest(n - 1) end
  while true do pcall(nest, 3000) pcall(grow, 100, u(list)) pcall(string.byte, ('x'):rep(7999), 1, -1) end
end
