-- expect: runtime global 'io'
function transform() io.open('/etc/passwd') end
