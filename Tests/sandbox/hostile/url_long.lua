-- expect: result longer than
function transform() return 'x', {url = 'http://a/' .. ('x'):rep(9000)} end
