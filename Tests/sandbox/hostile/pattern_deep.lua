-- expect: runtime pattern too complex
function transform() return (('a'):rep(1000):match(('a?'):rep(500))) end
