-- expect: result infinite
function transform() return {a = 1/0} end
