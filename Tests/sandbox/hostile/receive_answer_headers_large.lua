-- expect: output answers are larger
-- entry: receive
function receive() local h = {} for i = 1, 60 do h['X-' .. i] = ('v'):rep(2000) end return {}, {headers = h} end
