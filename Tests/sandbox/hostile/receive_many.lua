-- expect: limit limit
-- entry: receive
function receive() local t = {} for i = 1, 1e7 do t[i] = {event = 'a'} end return t end
