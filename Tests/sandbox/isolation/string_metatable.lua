-- expect: ok {"changed":0,"meta":"nil"}
-- Strings share one metatable; methods are read through it, and nothing can be written there.
function transform()
  local changed = 0
  local function try(f) if pcall(f) then changed = changed + 1 end end
  try(function() ("").upper = print end)
  try(function() getmetatable("").__index = {} end)
  try(function() setmetatable("", {}) end)
  try(function() rawset(getmetatable(""), "__add", print) end)
  if ("").mine ~= nil or ("x"):upper() ~= "X" then changed = changed + 1 end
  return { changed = changed, meta = type(getmetatable("")) }
end
