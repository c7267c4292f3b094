-- expect: output overrides are larger
function transform() local h = {} for i = 1, 60 do h['X-' .. i] = ('v'):rep(2000) end return 'x', {headers = h} end
