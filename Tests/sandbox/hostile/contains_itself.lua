-- expect: result contains itself
function transform() local t = {} t.t = t return t end
