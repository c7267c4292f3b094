-- expect: runtime after
function transform() xpcall(error, function(m) error(m) end, 'x') error('after') end
