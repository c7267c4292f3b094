-- expect: runtime global 'package'
function transform() package.loadlib('x', 'y') end
