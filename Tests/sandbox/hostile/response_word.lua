-- expect: result response must return
-- entry: response
function response() return ('dead '):rep(100000) end
