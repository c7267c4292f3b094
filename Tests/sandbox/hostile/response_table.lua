-- expect: result response must return a string
-- entry: response
function response() return {} end
