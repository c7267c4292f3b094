-- Replaces what nobody else should read: values at paths, members by name, and what looks like an e-mail address, a card
-- number or a key, wherever it stands.

local paths = require("lib.paths")

local DETECTORS = { "key", "email", "card" }

local function wanted_patterns(names)
  local wanted, known = {}, { email = true, card = true, key = true }
  for _, name in ipairs(names) do
    if not known[name] then error("patterns: there are email, card and key, not '" .. name .. "'", 0) end
    wanted[name] = true
  end
  return wanted
end

local function replace_matches(text, pattern, replacement)
  return (text:gsub(pattern, function() return replacement end))
end

-- A function that cleans a text as the options say. The patterns run in a fixed order: an address inside a key is part of it.
local function text_cleaner(options)
  local wanted, detectors = wanted_patterns(options.patterns or {}), {}
  for _, name in ipairs(DETECTORS) do
    if wanted[name] then detectors[#detectors + 1] = require("redact." .. name).replace end
  end
  return function(text)
    for _, replace in ipairs(detectors) do text = replace(text, options.replacement) end
    for _, pattern in ipairs(options.matching or {}) do text = replace_matches(text, pattern, options.replacement) end
    return text
  end, wanted.card
end

local function rules_of(options)
  local rules = { secret = {}, members = {}, replacement = options.replacement }
  for _, name in ipairs(options.names or {}) do rules.secret[text.lower(name)] = true end
  rules.clean, rules.cards = text_cleaner(options)
  return rules
end

-- What the rules say of members with a name; names repeat, so it is found out once.
local function member_rule(name, rules)
  local rule = rules.members[name]
  if not rule then
    rule = { is_secret = rules.secret[text.lower(name)], name = rules.clean(name) }
    rules.members[name] = rule
  end
  return rule
end

local scrub

local function scrubbed(value, rules)
  local kind = type(value)
  if kind == "string" then return rules.clean(value) end
  if kind == "table" then scrub(value, rules) end
  if rules.cards and math.type(value) == "integer" and require("redact.card").is_card(tostring(value)) then return rules.replacement end
  return value
end

-- Two names may become the same: the later one gets a number.
local function free_name(container, name)
  local free, count = name, 1
  while container[free] ~= nil do
    count = count + 1
    free = name .. "_" .. count
  end
  return free
end

local function scrub_member(container, name, value, rules)
  local rule = member_rule(name, rules)
  local clean = rule.is_secret and value ~= json.null and rules.replacement or scrubbed(value, rules)
  if rule.name == name then
    if clean ~= value then container[name] = clean end
    return
  end
  container[name] = nil
  container[free_name(container, rule.name)] = clean
end

function scrub(container, rules)
  for key, value in pairs(container) do
    if type(key) == "string" then
      scrub_member(container, key, value, rules)
    else
      container[key] = scrubbed(value, rules)
    end
  end
end

local function replace_at(event, path, replacement)
  paths.each(event, paths.parse(path), function(container, key)
    if container[key] ~= json.null then container[key] = replacement end
  end)
end

local function transform(event, ctx)
  local options = ctx.options
  if not (options.paths or options.names or options.patterns or options.matching) then
    error("give at least one of the options paths, names, patterns and matching")
  end
  -- A text has neither paths nor names: better no request than one that shows what they were to hide.
  if options.paths or options.names then require("lib.input").object(event) end
  for _, path in ipairs(options.paths or {}) do replace_at(event, path, options.replacement) end
  return scrubbed(event, rules_of(options))
end

local function list(max, description) return { type = "array", items = "string", min = 1, max = max, description = description } end

return {
  name = "redact",
  version = "1.0.0",
  summary = "Replaces values at paths, members by name, and e-mail addresses, card numbers and keys anywhere.",
  kind = "stage",
  options = {
    paths = list(200, "Paths of values to replace; `items[*].email` is that of every element."),
    names = list(200, "Names of members whose values are replaced wherever they stand; upper and lower case are the same."),
    patterns = list(3, "What to look for in every text: `email`, `card`, `key`."),
    matching = list(20, "Lua patterns; what matches in a text is replaced."),
    replacement = { type = "string", default = "[redacted]", max = 100, description = "What stands there instead." },
  },
  transform = transform,
}
