-- expect: limit limit
function transform() pcall(table.move, {}, 1, 1e15, 2) return 'swallowed' end
