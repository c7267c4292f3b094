-- expect: result hole
function transform() return {1, 2, nil, 4, [9] = 1} end
