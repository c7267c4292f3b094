-- expect: runtime invalid conversion
function transform() return string.format('%99999d', 1) end
