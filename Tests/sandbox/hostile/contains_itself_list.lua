-- expect: result contains itself
function transform() local t = {{}} t[1][1] = t return t end
