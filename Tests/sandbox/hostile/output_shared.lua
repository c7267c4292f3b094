-- expect: limit script
function transform() local t = {1} for i = 1, 40 do t = {t, t} end return t end
