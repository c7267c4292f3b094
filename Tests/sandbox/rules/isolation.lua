-- The host library keeps nothing between calls and shows nothing of itself.
for _, name in ipairs { "base64", "crypto", "form", "hex", "json", "log", "path", "template", "text", "time", "url" } do
  local library = _ENV[name]
  fails("read-only", function() library.added = 1 end)
  fails("read-only", rawset, library, "added", 1)
  check(getmetatable(library), false)
  fails("protected metatable", setmetatable, library, {})
  check(next(library), nil)
end
check(debug, nil)
check(load, nil)
check(string.dump, nil)

-- Lists that a function gave are the script's own.
local first = text.split("a,b", ",")
first[1] = "changed"
check(text.split("a,b", ","), { "a", "b" })

-- A function of the script that is called from the library cannot stop it from being right the next time.
local depth = 0
local function nested(s)
  depth = depth + 1
  return depth < 5 and template.render("({{.}})", s, { escape = nested }) or s
end
check(template.render("{{a}}", { a = "x" }, { escape = nested }), "((((x))))")
fails("stop", template.render, "{{a}}", { a = 1 }, { escape = function() error("stop") end })
check(template.render("{{a}}", { a = 1 }), "1")
local paused = coroutine.wrap(function() return template.render("{{a}}{{b}}", { a = 1, b = 2 }, { escape = function(s) return coroutine.yield(s) end }) end)
check(paused(), "1")
check(template.render("{{a}}", { a = 3 }), "3")
check(paused("x"), "2")
check(paused("y"), "xy")

-- Members that a script computes are asked for as usual.
local computed = setmetatable({}, { __index = function(_, key) return key .. "!" end })
check(path.get(computed, "name"), "name!")
check(template.render("{{name}}", computed), "name!")
fails("from a script", path.get, setmetatable({}, { __index = function() error("from a script") end }), "a")

-- The string library of the script is its own business.
local string = { find = function() error("not called") end }
check(text.split("a,b", ","), { "a", "b" })
