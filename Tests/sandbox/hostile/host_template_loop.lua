-- expect: limit limit
function transform() local items = {} for i = 1, 1000 do items[i] = {items = items} end while true do template.render(('{{#items}}'):rep(5) .. 'x' .. ('{{/items}}'):rep(5), {items = items}) end end
