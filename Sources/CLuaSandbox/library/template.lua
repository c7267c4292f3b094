-- `template`: Mustache (mustache.github.io, version 5 of its manual) without partials and lambdas.
local host = ...
local null, encode = json.null, json.encode
local find, sub, byte, match, gsub, format = string.find, string.sub, string.byte, string.match, string.gsub, string.format
local concat, tointeger, type, tostring, next = table.concat, math.tointeger, type, tostring, next
local trim = host.text_trim
local DEPTH_MAX = 100
local SPACE, TAB, NEWLINE = byte(" "), byte("\t"), byte("\n")
-- Tags that vanish with their line when nothing else is on it.
local STANDALONE = { ["#"] = true, ["^"] = true, ["/"] = true, ["!"] = true, ["="] = true }
local SIGILS = { ["#"] = true, ["^"] = true, ["/"] = true, ["!"] = true, ["="] = true, ["&"] = true, ["{"] = true, [">"] = true }

local function refuse(template, at, problem)
  local _, breaks = gsub(sub(template, 1, at - 1), "\n", "")
  host.fail(format("template.render: line %d of the template: %s", breaks + 1, problem))
end

-- Splits "a.b.c" into its names; none for ".".
local function names_of(template, at, name)
  local names, count, from = {}, 0, 1
  if name == "." then return names end
  while true do
    local dot = find(name, ".", from, true) or #name + 1
    if dot == from then refuse(template, at, name == "" and "a tag without a name" or format("'%s' has an empty name", name)) end
    count = count + 1
    names[count] = sub(name, from, dot - 1)
    if dot > #name then return names end
    from = dot + 1
  end
end

-- The end of the text before a tag and the beginning of that after it, without the rest of the line if the tag stands alone on it.
local function without_line(template, from, after)
  local left = from - 1
  while left > 0 and (byte(template, left) == SPACE or byte(template, left) == TAB) do left = left - 1 end
  if left > 0 and byte(template, left) ~= NEWLINE then return from - 1, after end
  local right = match(template, "^[ \t]*\r?\n()", after) or match(template, "^[ \t]*()$", after)
  if not right then return from - 1, after end
  return left, right
end

local function add_text(nodes, text)
  if text ~= "" then nodes[#nodes + 1] = text end
end

-- One tag: what kind it is, what is in it, and where the text goes on.
local function read_tag(template, from, open, close)
  local at = from + #open
  local sigil = sub(template, at, at)
  if not SIGILS[sigil] then sigil = "" end
  local ending = (sigil == "{" and "}" or sigil == "=" and "=" or "") .. close
  local to = find(template, ending, at + #sigil, true)
  if not to then refuse(template, from, format("the tag is not closed: '%s' expected", ending)) end
  return sigil, trim(sub(template, at + #sigil, to - 1)), to + #ending
end

local function read_delimiters(template, at, content)
  local open, close = match(content, "^([^%s=]+)%s+([^%s=]+)$")
  if not open then refuse(template, at, "two delimiters with a space between them expected between the '='") end
  return open, close
end

local function open_section(template, at, parent, sigil, name)
  if parent.depth == DEPTH_MAX then refuse(template, at, format("sections are nested deeper than %d", DEPTH_MAX)) end
  local section = { kind = sigil, name = name, names = names_of(template, at, name), parent = parent, depth = parent.depth + 1, at = at }
  parent[#parent + 1] = section
  return section
end

local function close_section(template, at, section, name)
  if not section.parent then refuse(template, at, format("'%s' is closed but was not opened", name)) end
  if section.name ~= name then refuse(template, at, format("'%s' is closed inside of '%s'", name, section.name)) end
  return section.parent
end

-- Reads a template into a tree: a list of texts, variables and sections, which are lists themselves.
local function parse(template)
  local open, close, at = "{{", "}}", 1
  local nodes = { depth = 0 }
  while true do
    local from = find(template, open, at, true)
    if not from then break end
    local sigil, content, after = read_tag(template, from, open, close)
    local text_end = from - 1
    if STANDALONE[sigil] then
      text_end, after = without_line(template, from, after)
    end
    add_text(nodes, sub(template, at, text_end))
    at = after
    if sigil == "#" or sigil == "^" then
      nodes = open_section(template, from, nodes, sigil, content)
    elseif sigil == "/" then
      nodes = close_section(template, from, nodes, content)
    elseif sigil == "=" then
      open, close = read_delimiters(template, from, content)
    elseif sigil == ">" then
      refuse(template, from, format("'{{>%s}}': there are no partials", content))
    elseif sigil ~= "!" then
      nodes[#nodes + 1] = { kind = sigil == "" and "escaped" or "plain", name = content, names = names_of(template, from, content) }
    end
  end
  if nodes.parent then refuse(template, nodes.at, format("'%s' is not closed", nodes.name)) end
  add_text(nodes, sub(template, at))
  return nodes
end

local function member(value, name)
  local found = value[name]
  if found == nil then
    local index = tointeger(name)
    if index then found = value[index] end
  end
  return found
end

-- The first name is sought from the innermost context outwards, the others only inside of what it stands for.
local function look_up(stack, top, names)
  if #names == 0 then return stack[top] end
  local value
  for i = top, 1, -1 do
    if type(stack[i]) == "table" then value = member(stack[i], names[1]) end
    if value ~= nil then break end
  end
  for i = 2, #names do
    if type(value) ~= "table" then return nil end
    value = member(value, names[i])
  end
  return value
end

local function shown(value, name)
  local kind = type(value)
  if kind == "string" then return value end
  if value == nil or value == null then return "" end
  if kind == "function" then host.fail(format("template.render: '%s' is a function, which templates cannot call", name)) end
  if kind == "number" and (value ~= value or value - value ~= 0) then return tostring(value) end
  if kind == "number" or kind == "table" then return encode(value) end
  return tostring(value)
end

-- What a section runs over: an array, a single value, or nothing. The second result tells whether it is an array.
local function scope_of(value)
  if not value or value == null then return nil end
  if type(value) ~= "table" then return value, false end
  local shape = host.shape(value)
  if shape == "array" then return value, true end
  -- An empty table from the script itself is as good as an empty array.
  if not shape and next(value) == nil then return nil end
  return value, false
end

local render_all

local function render_section(out, section, stack, top, escape)
  local value = look_up(stack, top, section.names)
  if type(value) == "function" then shown(value, section.name) end
  local scope, is_array = scope_of(value)
  if is_array and #scope == 0 then scope = nil end
  if section.kind == "^" then
    if scope == nil then render_all(out, section, stack, top, escape) end
  elseif is_array then
    for i = 1, scope and #scope or 0 do
      stack[top + 1] = scope[i]
      render_all(out, section, stack, top + 1, escape)
    end
  elseif scope ~= nil then
    stack[top + 1] = scope
    render_all(out, section, stack, top + 1, escape)
  end
end

function render_all(out, nodes, stack, top, escape)
  for i = 1, #nodes do
    local node = nodes[i]
    if type(node) == "string" then
      out[#out + 1] = node
    elseif node.kind == "#" or node.kind == "^" then
      render_section(out, node, stack, top, escape)
    else
      local text = shown(look_up(stack, top, node.names), node.name)
      if escape and node.kind == "escaped" then
        text = escape(text)
        if type(text) ~= "string" then host.refuse("template.render", "the result of escape", text, "a string") end
      end
      out[#out + 1] = text
    end
  end
end

local ESCAPES = {
  html = host.escape_html,
  json = function(s) return sub(encode(host.repair(s)), 2, -2) end,
  markdown = host.escape_markdown,
  slack = host.escape_slack,
}

local function escape_in(options)
  if options == nil then return nil end
  local escape = host.table("template.render", "options", options).escape
  if escape == nil or escape == "none" or type(escape) == "function" then return escape ~= "none" and escape or nil end
  local known = type(escape) == "string" and ESCAPES[escape]
  if not known then
    if type(escape) == "string" then host.fail(format('template.render: there is no escape "%s"', escape)) end
    host.refuse("template.render", "escape", escape, 'a function or one of "html", "json", "markdown", "none", "slack"')
  end
  return known
end

return {
  {
    name = "template.render",
    summary = "Fills a Mustache template. `{{name}}` is a value, `{{a.b}}` one inside of another, `{{#name}}…{{/name}}` a section for each "
      .. "item of an array or once for anything but nil, null, false and an empty array, `{{^name}}…{{/name}}` its opposite, `{{.}}` the item "
      .. "itself, `{{! … }}` a comment, `{{=<% %>=}}` other delimiters. A tag of a section or comment alone on a line takes the line with it. "
      .. "Missing values are empty, tables are shown as JSON. Values are not escaped unless `escape` says how, since bodies are rarely HTML; "
      .. "`{{{name}}}` and `{{&name}}` are never escaped. There are no partials.",
    parameters = {
      { name = "template", type = "string", about = "the template" },
      { name = "view", type = "any", about = "what names are looked up in, such as `event`" },
      {
        name = "options",
        type = "table",
        about = '`escape`: `"none"`, `"html"`, `"slack"`, `"markdown"`, `"json"` (inside of a JSON string), or a function from text to text',
        optional = true,
      },
    },
    returns = { type = "string", about = "the filled template" },
    example = {
      {
        code = 'template.render("{{who}} stored {{data.content}}", { who = "Ada", data = { content = "Redis" } })',
        result = '"Ada stored Redis"',
      },
      {
        code = 'template.render("Tags:\\n{{#tags}}\\n- {{.}}\\n{{/tags}}\\n{{^tags}}none{{/tags}}", { tags = { "a", "b" } })',
        result = '"Tags:\\n- a\\n- b\\n"',
      },
      { code = 'template.render("{{x}} {{{x}}}", { x = "<b>" }, { escape = "slack" })', result = '"&lt;b&gt; <b>"' },
    },
    body = function(template, view, options)
      template = host.text("template.render", "template", template)
      if view == nil then host.refuse("template.render", "view", view, "a table") end
      local escape, out = escape_in(options), {}
      render_all(out, parse(template), { view }, 1, escape)
      return concat(out)
    end,
  },
}
