-- expect: limit limit
function transform() return {a = (('a'):rep(1000000)):find('[' .. ('b'):rep(100000) .. ']')} end
