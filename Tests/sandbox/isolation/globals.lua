-- expect: ok [true,true,true]
-- Names of the environment, new and shadowed, belong to one call.
local seen = { leaked == nil, type(string) == "table", type(pairs) == "function" }
leaked, string, pairs = true, 1, 2
_ENV.more = {}
function transform() also = true return seen end
