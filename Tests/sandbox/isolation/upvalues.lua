-- expect: ok [1,1,true]
-- Locals of a script live for one call, also those of functions that a coroutine, an iterator or a callback still holds.
local n, kept = 0, nil
local function count() n = n + 1 return n end
function transform()
  local co = coroutine.wrap(function() while true do coroutine.yield(count()) end end)
  local first = co()
  local fresh = kept == nil
  kept = co
  local iterator = ("a b c"):gmatch("%a")
  iterator()
  held = { iterator, co, count, pairs({}), ipairs({}) }
  local other = select(2, pcall(string.gsub, "x", "x", function() return "1" end))
  return { first, tonumber(other), fresh }
end
