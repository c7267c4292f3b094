-- expect: result JSON keys are strings
function transform() return {a = {[1.5] = 1}} end
