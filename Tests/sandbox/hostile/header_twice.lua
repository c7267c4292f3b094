-- expect: result is set twice
function transform() return 'x', {headers = {['X-A'] = 1, ['x-a'] = 2}} end
