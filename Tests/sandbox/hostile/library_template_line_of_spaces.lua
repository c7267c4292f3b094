-- expect: limit limit
function transform()
  local many = ((" "):rep(1000) .. "{{!x}}" .. (" "):rep(1000)):rep(200)
  while true do template.render(many, {}) end
end
