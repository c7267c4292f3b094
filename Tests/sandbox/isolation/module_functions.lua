-- expect: ok ["nil",1,true]
-- Functions that modules made in one call do not see the globals of the next.
local late = require("p.late")
local before = late.read()
token = (token or 0) + 1
late.write("written")
return { transform = function() return { tostring(before), token, late.read() == "written" } end }
-- module: p.late
return { read = function() return secret end, write = function(v) secret = v end }
