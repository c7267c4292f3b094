-- expect: limit limit
-- entry: describe
while true do end
