-- expect: ok ["1","nil","a"]
-- `next` remembers a walk within a call, not from one call to the next.
local t = { a = 1, b = 2, c = 3 }
function transform()
  local first = next(t)
  return { tostring(next({ 5 })), tostring(next({}, nil)), first }
end
