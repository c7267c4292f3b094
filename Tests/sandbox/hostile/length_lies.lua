-- expect: limit limit
-- A length that is not there: each function must stop by itself or by its budget, and the loop goes on.
local t = setmetatable({}, {__len = function() return math.maxinteger - 1 end, __index = function() return 'x' end, __newindex = function() end})
function transform()
  while true do
    pcall(table.concat, t) pcall(table.unpack, t) pcall(table.sort, t) pcall(table.insert, t, 1, 1) pcall(table.remove, t, 1) pcall(table.move, t, 1, #t, 2)
    pcall(json.encode, t) pcall(ipairs, t) pcall(next, t) pcall(has_tag, { tags = t }, 'x')
  end
end
