-- expect: result unknown override
function transform() return 'x', {verify_tls = false} end
