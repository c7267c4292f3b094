-- expect: runtime libraries are read-only
function transform() time.now = 1 end
