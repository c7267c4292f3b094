-- expect: result function
function transform() return {a = print} end
