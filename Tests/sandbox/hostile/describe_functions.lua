-- expect: result no member 'functions'
-- entry: describe
return {functions = {}}
