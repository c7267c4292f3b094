-- expect: instructions instruction limit
function transform() return string.rep('', 1e15) end
