-- expect: runtime too many results
function transform() table.unpack({}, 1, 1e8) end
