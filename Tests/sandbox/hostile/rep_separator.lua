-- expect: limit limit
function transform() return string.rep('', 1e8, 'xx') end
