-- expect: runtime global 'load'
function transform() load('return 1')() end
