-- expect: result 'response' must be a function
-- entry: response
response = {}
