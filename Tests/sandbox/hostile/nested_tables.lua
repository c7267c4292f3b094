-- expect: result nested deeper than 128
function transform() local t = {} for i = 1, 100000 do t = {a = t} end return t end
