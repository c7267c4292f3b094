-- Makes values harmless in the Markdown dialects of providers, and leaves their links whole.
local markdown = {}

-- Escapes all but links, which `escape_words` and `escape_link` get in turn.
local function by_links(s, escape_words, escape_link)
  local parts, from, at = {}, 1, 1
  while true do
    local first = s:find("http", at, true)
    if not first then break end
    local last = s:match("^https?://%S+()", first)
    if last then
      parts[#parts + 1] = escape_words(s:sub(from, first - 1))
      parts[#parts + 1] = escape_link(s:sub(first, last - 1))
      from = last
    end
    at = last or first + 4
  end
  parts[#parts + 1] = escape_words(s:sub(from))
  return table.concat(parts)
end

-- Lines that would begin a list stay lines.
local function escape_lists(s)
  if not s:find("\n", 1, true) and not s:find("^[-+%d \t]") then return s end
  s = ("\n" .. s):gsub("(\n[ \t]*)([%-+]%s)", "%1\\%2")
  return s:gsub("(\n[ \t]*%d+)([.)]%s)", "%1\\%2"):sub(2)
end

-- Returns an escape for values: `marks` are the characters with a meaning in the dialect (they get a backslash), `mentions` says whether
-- "@name" has one: a space that nobody sees then keeps the "@" from touching the name.
function markdown.escaper(marks, mentions)
  local set = "[" .. marks:gsub("%W", "%%%0") .. "]"
  local function without_mentions(s, instead)
    if not mentions or not s:find("@", 1, true) then return s end
    return (s:gsub("@", instead))
  end
  local function escape_words(s) return without_mentions(s:gsub(set, "\\%0"), "@\u{200B}") end
  local function escape_link(s) return without_mentions(s, "%%40") end
  return function(s) return escape_lists(by_links(s, escape_words, escape_link)) end
end

return markdown
