-- expect: limit limit
-- entry: receive
function receive(r) while true do pcall(function() r.json = nil setmetatable(r, nil) return r.json end) end end
