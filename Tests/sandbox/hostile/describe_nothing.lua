-- expect: result must return a table
-- entry: describe
function transform() end
