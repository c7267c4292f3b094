-- expect: runtime field 'dump'
function transform() string.dump(transform) end
