-- expect: limit limit
while true do end
