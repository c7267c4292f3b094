-- expect: ok {"meta":"boolean","next":false,"own":true,"set":false}
-- The table behind the environment is out of reach.
local empty = next(_ENV) ~= nil
function transform()
  local set = pcall(setmetatable, _ENV, { __index = {} })
  local own = pcall(rawset, _ENV, "print", 1)
  return { meta = type(getmetatable(_ENV)), set = set, own = own and rawget(_ENV, "print") == 1, next = empty }
end
