-- expect: runtime read-only
function transform() table.insert(table, 1) end
