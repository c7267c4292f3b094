-- expect: limit limit
function transform() ::a:: goto a end
