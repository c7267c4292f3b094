-- expect: runtime table value
function transform() error({}) end
