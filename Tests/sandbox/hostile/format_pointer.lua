-- expect: runtime no addresses
function transform() return string.format('%p', {}) end
