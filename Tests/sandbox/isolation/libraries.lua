-- expect: ok {"changed":0,"libraries":
-- No function of a library can be replaced, removed or added, in any way that a script has.
local names = { "string", "table", "math", "utf8", "coroutine", "json", "log", "path", "time", "text", "template", "base64", "hex", "crypto", "url", "form" }
function transform()
  local changed, libraries = 0, 0
  for _, name in ipairs(names) do
    local library = _ENV[name]
    if type(library) == "table" then
      libraries = libraries + 1
      local function try(f, ...) if pcall(f, ...) then changed = changed + 1 end end
      try(function() library.mine = 1 end)
      try(function() library.format, library.encode, library.upper = nil, nil, nil end)
      try(rawset, library, "mine", 1)
      try(setmetatable, library, {})
      try(setmetatable, library, nil)
      try(table.insert, library, 1)
      try(table.move, { 1, 2 }, 1, 2, 1, library)
      try(json.array, library)
      try(json.object, library)
      if next(library) ~= nil or rawget(library, "mine") ~= nil then changed = changed + 1 end
      if type(getmetatable(library)) == "table" then changed = changed + 1 end
    end
  end
  return { changed = changed, libraries = libraries }
end
