-- expect: limit limit
function transform() for _ in (('a'):rep(200)):gmatch(('.-'):rep(8) .. 'b') do end end
