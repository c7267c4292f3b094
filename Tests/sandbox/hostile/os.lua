-- expect: runtime global 'os'
function transform() os.execute('true') end
