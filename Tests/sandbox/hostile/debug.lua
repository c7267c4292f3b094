-- expect: runtime global 'debug'
function transform() debug.sethook() end
