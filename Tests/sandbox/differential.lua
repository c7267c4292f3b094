-- Calls library functions with generated arguments and returns all results as text. Run by Lua itself and in the sandbox,
-- the texts must be the same: see run.sh.
local state = 20260413
local function draw(n)
  state = (state * 1103515245 + 12345) & 0x7fffffff
  return (state >> 8) % n + 1
end

local function pick(list) return list[draw(#list)] end

local out = {}
local function show(v)
  if type(v) == "string" then return string.format("%q", v) end
  if math.type(v) == "float" then return string.format("%a", v) end
  return tostring(v)
end
local function record(...)
  local parts = {}
  for i = 1, select("#", ...) do parts[i] = show((select(i, ...))) end
  out[#out + 1] = table.concat(parts, " ")
end
-- Errors count by their words; where they are and how the function is called there differs on purpose.
local function try(f, ...)
  local results = table.pack(pcall(f, ...))
  if results[1] == false and type(results[2]) == "string" then
    results[2] = results[2]:gsub("^[%w.]+:%d+: ", ""):gsub("#%d to '[^']*'", "")
  end
  record(table.unpack(results, 1, results.n))
end

local items = {"a", "b", ".", "%a", "%d", "%s", "%w", "%W", "%x", "[ab]", "[^ab]", "[a-c%d]", "[]a]", "[^]]", "%%", "%.", "x", "1", "%1", "%2",
  "()", "(", ")", "%b()", "%bxx", "%f[%w]", "%f[^a]", "$", "^", "[a-]", "[%a-z]", "%", "[", "[a", "[%", "%f", "%b", "%bx", "-", "\0", "%z", "é", "%A", "%c", "%C", "%D", "%g", "%l", "%L", "%p", "%P", "%S", "%u", "%U", "%X", "[^%d]", "[%w_]", "[^%s%p]",
  "[^a-]", "[%]]", "[\0-\31]", "[b-a]", "%f[^%w]", "%f[%z]", "%b<>", "%3", "(a)%1", "(.)%1", "()%a()"}
local suffixes = {"", "", "", "*", "+", "-", "?"}
local letters = {"a", "b", "c", "x", "1", " ", "(", ")", ".", "%", "a", "b", "\0", "é"}

local function pattern()
  local t = {draw(6) == 1 and "^" or ""}
  local open = 0
  for _ = 1, draw(6) do
    if draw(4) == 1 then t[#t + 1] = "(" open = open + 1 end
    t[#t + 1] = pick(items) .. pick(suffixes)
    if open > 0 and draw(2) == 1 then t[#t + 1] = ")" open = open - 1 end
  end
  if draw(8) > 1 then t[#t + 1] = (")"):rep(open) end
  return table.concat(t) .. (draw(8) == 1 and "$" or "")
end

local function subject()
  local t = {}
  for i = 1, draw(14) - 1 do t[i] = pick(letters) end
  return table.concat(t)
end

local replacements = {"<%0>", "%1", "%2%1", "%%", "%", "x", "", "%9", function(a, b) return a and b end, {a = "A", b = 1, ab = false},
  function() return {} end, "%x", 7}
local formats = {"%d", "%5d", "%-5d|", "%05d", "%+d", "% d", "%.3d", "%x", "%X", "%#x", "%o", "%u", "%c", "%e", "%.3e", "%f", "%10.2f", "%g", "%a",
  "%i", "%s", "%10s", "%-10s|", "%.2s", "%q", "%%", "%", "%5", "%z", "%123d", "%.123f", "%0+ #-5d", "%10q", "%s %s", "%.20s", "%5c", "%-5.2f|"}
local values = {0, 1, -1, 42, 1.5, -0.0, 1e100, 1 / 3, "x", "10", "0x10", "a\nb\0c", true, 3.0, math.maxinteger, math.mininteger, 2 ^ 53, "", 255, "é"}

local operators = {
  function(a, b) return a << b end, function(a, b) return a >> b end, function(a, b) return a & b end, function(a, b) return a | b end,
  function(a, b) return a ~ b end, function(a, b) return ~a, b end, function(a, b) return a // b end, function(a, b) return a % b end,
  function(a, b) return a + b end, function(a, b) return a - b end, function(a, b) return a * b end, function(a, b) return a ^ b end,
  function(a, b) return a .. b end, function(a, b) return a < b, a == b end, function(a, b) return a <= b end, function(a) return -a, #tostring(a) end,
}

function transform()
  for _ = 1, 6000 do
    local s, p = subject(), pattern()
    try(string.find, s, p, draw(6) - 3)
    try(string.match, s, p, draw(3) == 1 and draw(8) - 4 or nil)
    try(string.gsub, s, p, pick(replacements), draw(4) == 1 and draw(4) - 1 or nil)
    try(function()
      local all = {}
      for a, b in s:gmatch(p, draw(4) - 2) do all[#all + 1] = show(a) .. show(b) end
      return table.concat(all, ";")
    end)
    try(string.find, s, subject(), draw(9) - 4, true)
    try(string.format, pick(formats) .. (draw(5) == 1 and pick(formats) or ""), pick(values), pick(values))
    try(string.rep, subject(), draw(6) - 2, draw(2) == 1 and "," or nil)
    try(string.sub, s, draw(20) - 10, draw(20) - 10)
    try(string.byte, s, draw(8) - 3, draw(12) - 4)
    try(string.reverse, s) try(string.upper, s) try(string.lower, s) try(string.len, s) try(string.char, draw(300) - 20, draw(256) - 1)
    try(pick({math.max, math.min, math.fmod, math.ult}), pick(values), pick(values)) try(pick({math.tointeger, math.floor, math.abs, math.type}), pick(values))
    try(pick(operators), pick(values), pick(values)) try(pick(operators), pick(values), draw(140) - 70)
    try(tonumber, pick(values), draw(3) == 1 and draw(40) - 2 or nil)
    try(tonumber, pick({" 10 ", "0x1p4", "1e", "-0x", "zz", " -7f ", "", "1 0", "inf", "nan", "9223372036854775808", "  12\0"}), pick({10, 16, 36, 2, false}) or nil)
    try(select, draw(6) - 3, 1, 2, 3)
    local list = {}
    for i = 1, draw(6) - 1 do list[i] = draw(9) end
    try(function() table.insert(list, draw(8) - 1, "n") return table.concat(list, ",") end)
    try(function() local r = table.remove(list, draw(8) - 1) return r, table.concat(list, ",") end)
    try(function() return table.concat(table.move(list, draw(4), draw(6), draw(5)), ",", 1, 2) end)
    try(function() table.sort(list, function(a, b) return tostring(a) < tostring(b) end) return table.concat(list, ",") end)
    try(function() return table.unpack(list, draw(4) - 1, draw(5)) end)
    try(utf8.len, s, draw(4) - 2)
    try(utf8.offset, s, draw(5) - 3)
    try(utf8.codepoint, s, draw(8) - 4, draw(8) - 4) try(utf8.char, draw(0x3fff) * draw(300), draw(200))
    try(function() local all = {} for at, code in utf8.codes(s) do all[#all + 1] = at .. ":" .. code end return table.concat(all, ",") end)
    try(string.unpack, pick({"i4", "<i2", ">I8", "z", "s1", "d", "c3", "!4i1i4", "B", "x"}), s, draw(8) - 3)
    try(string.pack, pick({"i4", "<i2", ">I8", "z", "s1", "d", "!4i1i4", "i17", "x"}), pick(values))
  end
  try(string.match, ("a"):rep(300), ("a?"):rep(190))
  try(string.match, ("a"):rep(300), ("a?"):rep(210))
  try(string.match, ("a"):rep(40), ("(a)"):rep(32))
  try(string.match, ("a"):rep(40), ("(a)"):rep(33))
  try(pcall) try(xpcall, 1) try(error, "x", 2) try(error) try(assert) try(assert, false) try(assert, nil, {} and "m") try(assert, 1, 2, 3)
  try(setmetatable, 1) try(ipairs) try(rawlen, 5) try(rawset, {}, nil, 1) try(rawequal, 1) try(select) try(select, 0) try(tostring) try(type)
  try(coroutine.wrap, 1) try(coroutine.resume, 1) try(coroutine.status, nil)
  local co = coroutine.wrap(function(...) local a = coroutine.yield(...) error("in " .. tostring(a)) end)
  try(co, 1, 2) try(co, "x") try(co)
  local c = coroutine.create(function() local x <close> = setmetatable({}, {__close = function() error("closing", 0) end}) coroutine.yield(1) end)
  try(coroutine.resume, c) try(coroutine.status, c) try(coroutine.close, c) try(coroutine.status, c) try(coroutine.resume, c)
  try(function()
    local c2 = coroutine.wrap(function() return pcall(function() coroutine.yield(1) error("after", 0) end) end)
    local first = c2()
    return first, c2()
  end)
  try(xpcall, function() error("a", 0) end, function(m) return m .. "!" end)
  try(xpcall, function(...) return select("#", ...) end, print, 1, nil, nil)
  return table.concat(out, "\n")
end
