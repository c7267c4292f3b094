-- expect: runtime invalid format option
function transform() return {a = string.packsize('c2147483647c2147483647')} end
