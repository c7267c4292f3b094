-- expect: result function
-- entry: describe
return {options = {f = print}}
