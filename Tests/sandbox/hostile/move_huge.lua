-- expect: limit limit
function transform() table.move({}, 1, 1e15, 2) end
