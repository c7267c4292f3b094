-- RFC 3339 and strftime. Numbers were computed by another implementation.
check(time.parse("1970-01-01T00:00:00Z"), 0)
check(time.parse("1985-04-12T23:20:50.52Z"), 482196050.52)
check(time.parse("1996-12-19T16:39:57-08:00"), 851042397)
check(time.parse("1990-12-31T23:59:60Z"), 662688000)
check(time.parse("1990-12-31T15:59:60-08:00"), 662688000)
check(time.parse("1937-01-01T12:00:27.87+00:20"), -1041337172.13)
check(time.parse("0000-01-01T00:00:00Z"), -62167219200)
check(time.parse("9999-12-31T23:59:59Z"), 253402300799)
check(time.parse("2000-02-29T00:00:00Z"), 951782400)
check(time.parse("2024-02-29t12:00:00z"), 1709208000)
check(time.parse("2026-04-13 10:30:00-00:00"), 1776076200)
check(time.parse("2026-04-13T10:30:00.000Z"), 1776076200.0)
check(time.parse("1969-12-31T23:59:59.5Z"), -0.5)

local function problem(s)
  local t, message = time.parse(s)
  return t == nil and message
end
check(problem("1900-02-29T00:00:00Z"), "day 29 is out of range")
check(problem("2026-04-31T00:00:00Z"), "day 31 is out of range")
check(problem("2026-00-01T00:00:00Z"), "month 0 is out of range")
check(problem("2026-13-01T00:00:00Z"), "month 13 is out of range")
check(problem("2026-01-00T00:00:00Z"), "day 0 is out of range")
check(problem("2026-01-01T24:00:00Z"), "hour 24 is out of range")
check(problem("2026-01-01T00:60:00Z"), "minute 60 is out of range")
check(problem("2026-01-01T00:00:61Z"), "second 61 is out of range")
check(problem("2026-01-01T00:00:60Z"), "second 60 is out of range")
check(problem("2026-01-01T00:00:00+24:00"), "the offset is out of range")
for _, s in ipairs { "", "2026-04-13", "2026-04-13T10:30Z", "26-04-13T10:30:00Z", "2026-4-13T10:30:00Z", " 2026-04-13T10:30:00Z", "1776076200" } do
  check(problem(s), "not an RFC 3339 time such as 2026-04-13T10:30:00Z")
end
for _, s in ipairs { "", "+0200", "+02", "Z ", "ZZ", ".Z", ".5", "x", "." } do
  check(problem("2026-04-13T10:30:00" .. s), "not an RFC 3339 time: 'Z' or an offset such as '+02:00' expected after the seconds")
end
fails("time.parse: s must be a string, not null", time.parse, json.null)

check(time.format(0), "1970-01-01T00:00:00Z")
check(time.format(-1), "1969-12-31T23:59:59Z")
check(time.format(951782400), "2000-02-29T00:00:00Z")
check(time.format(-62167219200), "0000-01-01T00:00:00Z")
check(time.format(253402300799), "9999-12-31T23:59:59Z")
check(time.format(1776076200.0), "2026-04-13T10:30:00.000Z")
check(time.format(1776076200.123), "2026-04-13T10:30:00.123Z")
check(time.format(-0.5), "1969-12-31T23:59:59.500Z")
check(time.format("2026-04-13T12:30:00+02:00"), "2026-04-13T10:30:00Z")
check(time.format("2026-04-13T23:30:00Z", nil, 60), "2026-04-14T00:30:00+01:00")
check(time.format("2026-01-01T00:30:00Z", nil, -90), "2025-12-31T23:00:00-01:30")
check(time.format(1776076200, "%Y-%m-%d %H:%M:%S %y %b %B %a %A %j %e %I %p %Z %z %F %T %s %%"),
  "2026-04-13 10:30:00 26 Apr April Mon Monday 103 13 10 AM UTC +0000 2026-04-13 10:30:00 1776076200 %")
check(time.format("2024-12-31T12:05:09Z", "%j %I %p %e %Z %z", -300), "366 07 AM 31 -05:00 -0500")
check(time.format("2024-03-01T00:00:00Z", "%j %e %I %p"), "061  1 12 AM")
check(time.format("2024-03-01T12:00:00Z", "%I %p"), "12 PM")
check(time.format(0, "%a"), "Thu")
check(time.format(0, "no conversion"), "no conversion")
check(time.format(0, ""), "")
fails("pattern has '%'", time.format, 0, "100%")
fails("pattern has '%q'", time.format, 0, "%q")
fails("t must be in the years 0000 to 9999, not NaN", time.format, 0 / 0)
fails("not in the years 0000 to 9999", time.format, 253402300799, nil, 60)
fails("offset_minutes must be from -1439 to 1439, not 1440", time.format, 0, nil, 1440)
fails("t must be seconds since 1970 or an RFC 3339 text, not a table", time.format, {})

-- Every day of 800 years, there and back.
local days_checked = 0
for day = -146097, 146097, 61 do
  local s = time.format(day * 86400 + 3723)
  if time.parse(s) == day * 86400 + 3723 then days_checked = days_checked + 1 end
end
check(days_checked, 4791)

check(time.add(0, { weeks = 1, days = 1, hours = 1, minutes = 1, seconds = 1 }), 694861)
check(time.add(0, {}), 0)
check(time.add(0, { seconds = 0.5 }), 0.5)
check(time.add(0, { days = 1.0 }), 86400)
check(time.add("2024-02-28T00:00:00Z", { days = 1 }), "2024-02-29T00:00:00Z")
check(time.add("2026-01-01T00:30:00+01:00", { minutes = -45 }), "2025-12-31T23:45:00+01:00")
check(time.add("2026-01-01T00:00:00.250Z", { seconds = 1 }), "2026-01-01T00:00:01.250Z")
check(time.diff(10, 4), 6)
check(time.diff("2026-01-01T00:00:00Z", "2026-01-01T00:00:00+01:00"), 3600)
check(time.diff("2026-01-01T00:00:00Z", 1767225600), 0)
fails("not 'month'", time.add, 0, { month = 1 })
fails("time.add: days must be a number, not a string", time.add, 0, { days = "1" })
fails("time.diff: b is not a time", time.diff, 0, "yesterday")
