-- What stands before every file in rules/: `check(got, wanted)` and `fails(words, function, ...)`, whose failures `transform` returns.
local failures = {}
local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b and math.type(a) == math.type(b) end
  for k, v in pairs(a) do if not same(v, b[k]) then return false end end
  for k in pairs(b) do if a[k] == nil then return false end end
  return true
end
local function shown(v) return type(v) == "table" and json.encode(v) or type(v) == "string" and string.format("%q", v) or tostring(v) end
local function complain(got, wanted)
  failures[#failures + 1] = select(2, pcall(error, "", 4)) .. shown(got) .. " instead of " .. shown(wanted)
end
local function check(got, wanted) if not same(got, wanted) then complain(got, wanted) end end
local function fails(words, f, ...)
  local ok, message = pcall(f, ...)
  if ok or not message:find(words, 1, true) then complain(message, words) end
end
function transform() return #failures == 0 and "same" or table.concat(failures, "\n") end
