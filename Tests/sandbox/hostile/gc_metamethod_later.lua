-- expect: runtime done
-- A finalizer that is added once the metatable is set never runs, and cannot be set again.
function transform()
  local mt = {}
  for i = 1, 100 do setmetatable({}, mt) end
  mt.__gc = function() while true do end end
  for i = 1, 20000 do local garbage = setmetatable({}, {}) end
  if pcall(setmetatable, {}, mt) then return {} end
  error('done')
end
