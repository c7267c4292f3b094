-- expect: result unknown override
function transform(e) return e, {verb = 'GET'} end
