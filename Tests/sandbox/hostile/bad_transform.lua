-- expect: result must be a function
transform = 'x'
