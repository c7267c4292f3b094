-- expect: result besides list items
function transform() return {1, 2, a = 3} end
