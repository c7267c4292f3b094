-- expect: result NaN
function transform() return {a = {1, 0/0}} end
