-- expect: runtime stack overflow
function transform()
  local function again(s) return template.render("{{a}}", { a = s }, { escape = again }) end
  return again("x")
end
