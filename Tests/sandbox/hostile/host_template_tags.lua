-- expect: limit limit
function transform() while true do pcall(template.render, ('{{'):rep(200000), {}) pcall(template.render, '{{=<% %>=}}' .. ('<%#a%>'):rep(10000), {}) end end
