-- expect: runtime global 'require'
function transform() require('os') end
