-- expect: memory memory limit
function transform() pcall(string.rep, 'a', 1e9) return 'swallowed' end
