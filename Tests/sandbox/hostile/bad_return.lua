-- expect: result must return a table or a string
function transform() return 7 end
