-- expect: runtime invalid order function
function transform() local t = {} for i = 1, 1000 do t[i] = i % 7 end table.sort(t, function() return true end) error('invalid order function not seen') end
