-- `time`: points in time as seconds since 1970 or as RFC 3339 texts. There is no clock here: `ctx.now` is the only one.
local host = ...
local match, sub, gsub, format = string.match, string.sub, string.gsub, string.format
local floor, tointeger, kind_of = math.floor, math.tointeger, math.type
local pairs, type, tonumber, tostring = pairs, type, tonumber, tostring

-- The first and the last second that RFC 3339 can write: years 0000 to 9999.
local FIRST, LAST = -62167219200, 253402300799
local DAY_NAMES = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" }
local MONTH_NAMES = {
  "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
}
local MONTH_DAYS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }
local UNITS = { weeks = 604800, days = 86400, hours = 3600, minutes = 60, seconds = 1 }

local function is_leap(year) return year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0) end

local function days_in(year, month) return month == 2 and is_leap(year) and 29 or MONTH_DAYS[month] end

-- Days from 1970-01-01 to a date. Years are counted from March, so that the leap day comes last.
local function days_from(year, month, day)
  local y = month <= 2 and year - 1 or year
  local from_march = (month + 9) % 12
  return y * 365 + y // 4 - y // 100 + y // 400 + (from_march * 153 + 2) // 5 + day - 719469
end

-- The date that is so many days after 1970-01-01, and which day of its year it is.
local function date_of(days)
  local since = days + 719468
  local era = since // 146097
  local in_era = since - era * 146097
  local y = (in_era - in_era // 1460 + in_era // 36524 - in_era // 146096) // 365
  local in_year = in_era - (365 * y + y // 4 - y // 100)
  local from_march = (5 * in_year + 2) // 153
  local day = in_year - (153 * from_march + 2) // 5 + 1
  local month = from_march < 10 and from_march + 3 or from_march - 9
  local year = y + era * 400 + (month <= 2 and 1 or 0)
  return year, month, day, days - days_from(year, 1, 1) + 1
end

local function offset_of(zone)
  if zone == "Z" or zone == "z" then return 0 end
  local sign, hours, minutes = match(zone, "^([+-])(%d%d):(%d%d)$")
  if not sign then return nil, "not an RFC 3339 time: 'Z' or an offset such as '+02:00' expected after the seconds" end
  hours, minutes = tointeger(hours), tointeger(minutes)
  if hours > 23 or minutes > 59 then return nil, "the offset is out of range" end
  return (sign == "-" and -1 or 1) * (hours * 60 + minutes)
end

local function range_problem(year, month, day, hour, minute, second)
  if month < 1 or month > 12 then return format("month %d is out of range", month) end
  if day < 1 or day > days_in(year, month) then return format("day %d is out of range", day) end
  if hour > 23 then return format("hour %d is out of range", hour) end
  if minute > 59 then return format("minute %d is out of range", minute) end
  if second > 60 then return format("second %d is out of range", second) end
end

-- Seconds, a float when the text has a fraction, and minutes of its offset; nil and a message.
local function read(s)
  local year, month, day, hour, minute, second, rest = match(s, "^(%d%d%d%d)%-(%d%d)%-(%d%d)[Tt ](%d%d):(%d%d):(%d%d)(.*)$")
  if not year then return nil, "not an RFC 3339 time such as 2026-04-13T10:30:00Z" end
  year, month, day = tointeger(year), tointeger(month), tointeger(day)
  hour, minute, second = tointeger(hour), tointeger(minute), tointeger(second)
  local problem = range_problem(year, month, day, hour, minute, second)
  if problem then return nil, problem end
  local fraction, zone = match(rest, "^%.(%d+)(.*)$")
  local offset, wrong = offset_of(zone or rest)
  if not offset then return nil, wrong end
  local t = days_from(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset * 60
  -- A leap second is the last of a day in UTC; it gets the same number as the second after it, as POSIX does.
  if second == 60 and t % 86400 ~= 0 then return nil, "second 60 is out of range" end
  if fraction then t = t + tonumber("0." .. sub(fraction, 1, 15)) end
  return t, offset
end

-- The seconds and the offset of a time that is given as a number or as a text.
local function time_at(name, parameter, t)
  if type(t) == "string" then
    local seconds, offset = read(t)
    if not seconds then host.fail(format("%s: %s is not a time: %s", name, parameter, offset)) end
    return seconds, offset
  end
  if type(t) ~= "number" then host.refuse(name, parameter, t, "seconds since 1970 or an RFC 3339 text") end
  if not (t >= FIRST and t < LAST + 1) then host.refuse(name, parameter, t, "in the years 0000 to 9999") end
  return t, 0
end

local function offset_text(offset, separator)
  local sign = offset < 0 and "-" or "+"
  if offset < 0 then offset = -offset end
  return format("%s%02d%s%02d", sign, offset // 60, separator, offset % 60)
end

-- Splits a time into what patterns show. Floats carry microseconds at best, so that is what they are rounded to.
local function fields_of(t, offset)
  local micros = kind_of(t) == "float" and floor(t * 1e6 + 0.5) or t * 1000000
  local seconds = micros // 1000000
  local here = seconds + offset * 60
  local days = here // 86400
  local in_day = here % 86400
  local year, month, day, day_of_year = date_of(days)
  return {
    year = year, month = month, day = day, day_of_year = day_of_year, weekday = (days + 4) % 7,
    hour = in_day // 3600, minute = in_day // 60 % 60, second = in_day % 60, millis = micros % 1000000 // 1000,
    seconds = seconds, offset = offset,
  }
end

local conversions = {
  Y = function(f) return format("%04d", f.year) end,
  m = function(f) return format("%02d", f.month) end,
  d = function(f) return format("%02d", f.day) end,
  H = function(f) return format("%02d", f.hour) end,
  M = function(f) return format("%02d", f.minute) end,
  S = function(f) return format("%02d", f.second) end,
  y = function(f) return format("%02d", f.year % 100) end,
  b = function(f) return sub(MONTH_NAMES[f.month], 1, 3) end,
  B = function(f) return MONTH_NAMES[f.month] end,
  a = function(f) return sub(DAY_NAMES[f.weekday + 1], 1, 3) end,
  A = function(f) return DAY_NAMES[f.weekday + 1] end,
  j = function(f) return format("%03d", f.day_of_year) end,
  e = function(f) return format("%2d", f.day) end,
  I = function(f) return format("%02d", (f.hour + 11) % 12 + 1) end,
  p = function(f) return f.hour < 12 and "AM" or "PM" end,
  Z = function(f) return f.offset == 0 and "UTC" or offset_text(f.offset, ":") end,
  z = function(f) return offset_text(f.offset, "") end,
  F = function(f) return format("%04d-%02d-%02d", f.year, f.month, f.day) end,
  T = function(f) return format("%02d:%02d:%02d", f.hour, f.minute, f.second) end,
  s = function(f) return format("%d", f.seconds) end,
  ["%"] = function() return "%" end,
}

local function rfc3339(t, offset)
  local f = fields_of(t, offset)
  local fraction = kind_of(t) == "float" and format(".%03d", f.millis) or ""
  local zone = offset == 0 and "Z" or offset_text(offset, ":")
  return format("%04d-%02d-%02dT%02d:%02d:%02d%s%s", f.year, f.month, f.day, f.hour, f.minute, f.second, fraction, zone)
end

local function check_range(name, t, offset)
  local here = t + offset * 60
  if not (here >= FIRST and here < LAST + 1 and t >= FIRST and t < LAST + 1) then
    host.fail(format("%s: the result is not in the years 0000 to 9999", name))
  end
end

local function format_time(t, pattern, offset)
  t = time_at("time.format", "t", t)
  if offset == nil then
    offset = 0
  else
    offset = host.integer("time.format", "offset_minutes", offset, -1439)
    if offset > 1439 then host.refuse("time.format", "offset_minutes", offset, "from -1439 to 1439") end
  end
  check_range("time.format", t, offset)
  if pattern == nil then return rfc3339(t, offset) end
  pattern = host.text("time.format", "pattern", pattern)
  local fields = fields_of(t, offset)
  return (gsub(pattern, "%%(.?)", function(letter)
    local conversion = conversions[letter]
    if not conversion then host.fail(format("time.format: pattern has '%%%s', which is not among those known", letter)) end
    return conversion(fields)
  end))
end

local function add(t, amounts)
  local seconds, offset = time_at("time.add", "t", t)
  host.table("time.add", "amounts", amounts)
  for unit, amount in pairs(amounts) do
    local size = UNITS[unit]
    if not size then host.fail(format("time.add: amounts may hold weeks, days, hours, minutes and seconds, not '%s'", tostring(unit))) end
    if type(amount) ~= "number" then host.refuse("time.add", unit, amount, "a number") end
    if not (amount > -1e12 and amount < 1e12) then host.refuse("time.add", unit, amount, "between -1e12 and 1e12") end
    seconds = seconds + (tointeger(amount) or amount) * size
  end
  check_range("time.add", seconds, offset)
  return type(t) == "string" and rfc3339(seconds, offset) or seconds
end

local t_parameter = { name = "t", type = "number or string", about = "seconds since 1970, or an RFC 3339 text" }

return {
  {
    name = "time.parse",
    summary = "Reads an RFC 3339 time. Years 0000 to 9999, offsets, fractions and leap seconds are understood; `T` may be a space.",
    parameters = { { name = "s", type = "string", about = "such as `2026-04-13T10:30:00.250+02:00`" } },
    returns = { type = "number", about = "seconds since 1970: a float when the text has a fraction, else an integer; nil and a message when it is no time" },
    example = {
      { code = 'time.parse("2026-04-13T10:30:00Z")', result = "1776076200" },
      { code = 'time.parse("2026-04-13T10:30:00.25+02:00")', result = "1776069000.25" },
      { code = 'time.parse("2026-02-29T00:00:00Z")', result = 'nil, "day 29 is out of range"' },
    },
    body = function(s)
      local seconds, problem = read(host.text("time.parse", "s", s))
      if not seconds then return nil, problem end
      return seconds
    end,
  },
  {
    name = "time.format",
    summary = "Writes a time. Without a pattern as RFC 3339, with milliseconds when the time has a fraction; a pattern is one of `strftime`: "
      .. "`%Y %m %d %H %M %S %y %b %B %a %A %j %e %I %p %Z %z %F %T %s %%`, with English names.",
    parameters = {
      t_parameter,
      { name = "pattern", type = "string", about = "how to write it", default = "RFC 3339" },
      { name = "offset_minutes", type = "integer", about = "minutes to the east of UTC, from -1439 to 1439", default = "0" },
    },
    returns = { type = "string", about = "the time as text" },
    example = {
      { code = "time.format(1776076200)", result = '"2026-04-13T10:30:00Z"' },
      { code = 'time.format("2026-04-13T10:30:00.250Z", "%a %e %b %Y, %H:%M %Z", 120)', result = '"Mon 13 Apr 2026, 12:30 +02:00"' },
      { code = 'time.format("2026-04-13T10:30:00.250Z", nil, 120)', result = '"2026-04-13T12:30:00.250+02:00"' },
    },
    body = format_time,
  },
  {
    name = "time.add",
    summary = "Adds amounts, which may be negative, to a time. A day has 24 hours.",
    parameters = { t_parameter, { name = "amounts", type = "table", about = "`weeks`, `days`, `hours`, `minutes`, `seconds`" } },
    returns = { type = "number or string", about = "a number for a number; a text, with the same offset, for a text" },
    example = {
      { code = 'time.add("2026-02-28T23:30:00Z", { hours = 1 })', result = '"2026-03-01T00:30:00Z"' },
      { code = "time.add(1776076200, { days = -1, minutes = 30 })", result = "1775991600" },
    },
    body = add,
  },
  {
    name = "time.diff",
    summary = "Tells how much later one time is than another.",
    parameters = {
      { name = "a", type = "number or string", about = "one time" },
      { name = "b", type = "number or string", about = "the time to take from it" },
    },
    returns = { type = "number", about = "seconds from `b` to `a`; negative when `a` is earlier" },
    example = { { code = 'time.diff("2026-04-13T10:30:00Z", "2026-04-13T12:00:00+02:00")', result = "1800" } },
    body = function(a, b)
      local later, earlier = time_at("time.diff", "a", a), time_at("time.diff", "b", b)
      return later - earlier
    end,
  },
}
