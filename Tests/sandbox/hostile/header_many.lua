-- expect: result more than 64 headers
function transform() local h = {} for i = 1, 65 do h['X-' .. i] = 'v' end return 'x', {headers = h} end
