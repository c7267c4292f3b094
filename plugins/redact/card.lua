-- Card numbers in texts: the first digits and the length of a card, and a check digit that is right (Luhn, ISO/IEC 7812-1).

-- First four digits from and to, shortest and longest number.
local RANGES = {
  { 4000, 4999, 13, 13 }, { 4000, 4999, 16, 16 }, { 4000, 4999, 19, 19 },  -- Visa
  { 5100, 5599, 16, 16 }, { 2221, 2720, 16, 16 },  -- Mastercard
  { 3400, 3499, 15, 15 }, { 3700, 3799, 15, 15 },  -- American Express
  { 3000, 3059, 14, 19 }, { 3095, 3095, 14, 19 }, { 3600, 3699, 14, 19 }, { 3800, 3999, 14, 19 },  -- Diners Club
  { 6000, 6099, 16, 19 }, { 6440, 6599, 16, 19 },  -- Discover, RuPay
  { 3528, 3589, 16, 19 },  -- JCB
  { 6200, 6299, 16, 19 }, { 8100, 8299, 16, 19 },  -- UnionPay, RuPay
  { 2200, 2204, 16, 19 },  -- Mir
  { 5018, 5018, 12, 19 }, { 5020, 5020, 12, 19 }, { 5038, 5038, 12, 19 }, { 5080, 5089, 16, 16 }, { 5893, 5893, 12, 19 },
  { 6304, 6304, 12, 19 }, { 6759, 6759, 12, 19 }, { 6761, 6763, 12, 19 },  -- Maestro
}

local SHORTEST, LONGEST = 12, 19

-- People write card numbers in groups of this many digits. Tables of small numbers are none.
local SMALLEST_GROUP, LARGEST_GROUP = 2, 8

local lengths_by_start = {}

-- How long a card may be that begins with these four digits, the longest first.
local function lengths_of(start)
  local lengths = lengths_by_start[start]
  if lengths then return lengths end
  local first = tonumber(start)
  lengths = {}
  for length = LONGEST, SHORTEST, -1 do
    for _, range in ipairs(RANGES) do
      if first >= range[1] and first <= range[2] and length >= range[3] and length <= range[4] then
        lengths[#lengths + 1] = length
        break
      end
    end
  end
  lengths_by_start[start] = lengths
  return lengths
end

-- From the right, every second digit counts twice, and the sum of all digits then ends in 0.
local function is_checked(digits)
  local sum = 0
  for i = #digits, 1, -1 do
    local digit = digits:byte(i) - 48
    if (#digits - i) % 2 == 1 then digit = digit * 2 end
    sum = sum + (digit > 9 and digit - 9 or digit)
  end
  return sum % 10 == 0
end

local card = {}

-- Whether these digits are a card's.
function card.is_card(digits)
  if #digits < SHORTEST or #digits > LONGEST or digits:find("%D") then return false end
  for _, length in ipairs(lengths_of(digits:sub(1, 4))) do
    if length == #digits then return is_checked(digits) end
  end
  return false
end

-- The groups of digits of a run: where each stands in the text (`from`, `to`) and among the digits (`first`), and the number
-- of its `chain`: groups of one chain may make a number together. `ending` finds a group by its last digit.
local function groups_of(run)
  local groups, ending = {}, {}
  local first, chain, joins = 1, 0, false
  for separator, from, to in run:gmatch("([ .-]*)()%d+()") do
    local size = to - from
    local can_join = size >= SMALLEST_GROUP and size <= LARGEST_GROUP
    if not (can_join and joins and #separator == 1) then chain = chain + 1 end
    joins = can_join
    groups[#groups + 1] = { from = from, to = to - 1, first = first, chain = chain }
    first = first + size
    ending[first - 1] = #groups
  end
  return groups, ending
end

-- The last group of the longest card that begins with a group; nil when none does.
local function last_group(digits, groups, ending, i)
  local group, following = groups[i], groups[i + 1]
  local is_alone = not following or following.chain ~= group.chain
  if is_alone and group.to - group.from + 1 < SHORTEST then return nil end
  local start = digits:sub(group.first, group.first + 3)
  if #start < 4 then return nil end
  for _, length in ipairs(lengths_of(start)) do
    local last = ending[group.first + length - 1]
    if last and groups[last].chain == group.chain and is_checked(digits:sub(group.first, group.first + length - 1)) then return last end
  end
end

local function replace_in(run, replacement)
  local digits = run:gsub("%D", "")
  if #digits < SHORTEST then return run end
  local out, copied, groups, ending = {}, 1, groups_of(run)
  local i = 1
  while i <= #groups do
    local last = last_group(digits, groups, ending, i)
    if last then
      out[#out + 1] = run:sub(copied, groups[i].from - 1)
      out[#out + 1] = replacement
      copied = groups[last].to + 1
    end
    i = (last or i) + 1
  end
  out[#out + 1] = run:sub(copied)
  return table.concat(out)
end

-- Every card number has this in it: most texts have not, and are not looked through any further.
local HINT = "%d%d%d%d[ .-]?%d%d%d%d"

-- Where the digits begin that a hint stands in; not far before, as eight digits are a hint themselves.
local function run_start(text, at)
  while at > 1 and text:find("^%d", at - 1) do at = at - 1 end
  return at
end

-- Replaces every card number in a text, also one in groups parted by single spaces, dots or hyphens.
function card.replace(text, replacement)
  local at = text:find(HINT)
  if not at then return text end
  local out, copied = {}, 1
  while at do
    at = run_start(text, at)
    local run = text:match("^[%d .-]*%d", at)
    out[#out + 1] = text:sub(copied, at - 1)
    out[#out + 1] = replace_in(run, replacement)
    copied = at + #run
    at = text:find(HINT, copied)
  end
  out[#out + 1] = text:sub(copied)
  return table.concat(out)
end

return card
