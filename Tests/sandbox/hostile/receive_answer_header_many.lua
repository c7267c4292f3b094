-- expect: result more than 64 headers
-- entry: receive
function receive() local h = {} for i = 1, 65 do h['X-' .. i] = 'v' end return {}, {headers = h} end
