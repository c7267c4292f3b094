-- expect: ok [false,false,"nil"]
-- Errors that were caught leave nothing, also those raised in coroutines, closed variables, handlers and modules' loading.
local function fail() local x <close> = setmetatable({}, { __close = function() closed = true end }) error({ held = x }) end
function transform()
  local ok, e = pcall(fail)
  local co = coroutine.create(fail)
  local resumed = coroutine.resume(co)
  pcall(xpcall, fail, function(m) handled = m error(m) end)
  return { ok, resumed, tostring(rawget(_ENV, "handled_before")) }
end
