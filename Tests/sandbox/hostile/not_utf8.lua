-- expect: result not UTF-8
function transform() return {a = '\xff'} end
