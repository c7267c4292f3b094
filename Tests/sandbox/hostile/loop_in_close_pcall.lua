-- expect: limit limit
local function body()
  local x <close> = setmetatable({}, {__close = function() while true do end end})
  local y <close> = setmetatable({}, {__close = function() while true do end end})
  while true do end
end
function transform() while true do pcall(body) end end
