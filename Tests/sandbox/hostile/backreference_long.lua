-- expect: limit limit
function transform() return {a = string.find(('a'):rep(5000), '^(.-)(.-)%1%2%1b')} end
