-- expect: runtime attempt to index
function transform() getmetatable('').__index = nil end
