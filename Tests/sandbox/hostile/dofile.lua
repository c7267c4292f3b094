-- expect: runtime global 'dofile'
function transform() dofile('/etc/passwd') end
