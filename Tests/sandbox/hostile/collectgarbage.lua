-- expect: runtime global 'collectgarbage'
function transform() collectgarbage() end
