-- expect: runtime field 'random'
function transform() return {a = math.random()} end
