-- expect: runtime read-only
function transform() rawset(string, 'upper', nil) end
