-- expect: result JSON keys are strings
function transform() return {[{}] = 1} end
