-- expect: runtime global 'loadstring'
function transform() loadstring('return 1')() end
