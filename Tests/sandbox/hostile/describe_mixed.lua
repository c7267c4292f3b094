-- expect: result must be strings
-- entry: describe
return {1, a = 2}
