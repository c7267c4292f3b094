-- expect: runtime read-only
function transform() string.upper = nil end
