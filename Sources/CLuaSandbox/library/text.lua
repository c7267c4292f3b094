-- `text`: texts for people, counted in characters. Characters are code points of UTF-8; a byte that is not UTF-8 counts as one.
local host = ...
local find, sub, gmatch, concat, ipairs = string.find, string.sub, string.gmatch, table.concat, ipairs
local length = host.text_length

local function truncate(s, n, ellipsis)
  s = host.text("text.truncate", "s", s)
  n = host.integer("text.truncate", "n", n, 0)
  ellipsis = ellipsis == nil and "…" or host.text("text.truncate", "ellipsis", ellipsis)
  return host.text_truncate(s, n, ellipsis)
end

local function split(s, sep)
  s = host.text("text.split", "s", s)
  sep = host.text("text.split", "sep", sep)
  if sep == "" then host.fail("text.split: sep must not be empty") end
  local out, count, at = {}, 0, 1
  while true do
    local from, to = find(s, sep, at, true)
    count = count + 1
    out[count] = sub(s, at, (from or 0) - 1)
    if not from then return out end
    at = to + 1
  end
end

local function wrap_line(out, line, width)
  local words, used = {}, 0
  for word in gmatch(line, "[^ \t\r]+") do
    local size = length(word)
    if used > 0 and used + 1 + size > width then
      out[#out + 1] = concat(words, " ")
      words, used = {}, 0
    end
    used = used + size + (used > 0 and 1 or 0)
    words[#words + 1] = word
  end
  out[#out + 1] = concat(words, " ")
end

local function wrap(s, width)
  s = host.text("text.wrap", "s", s)
  width = host.integer("text.wrap", "width", width, 1)
  local out = {}
  for _, line in ipairs(split(s, "\n")) do wrap_line(out, line, width) end
  return concat(out, "\n")
end

local s_parameter = { name = "s", type = "string", about = "the text" }

return {
  {
    name = "text.length",
    summary = "Counts characters.",
    parameters = { s_parameter },
    returns = { type = "integer", about = "how many characters the text has" },
    example = { { code = 'text.length("Grüße")', result = "5" } },
    body = length,
  },
  {
    name = "text.truncate",
    summary = "Shortens a text to a number of characters. It is not cut between a letter and its accent, or inside of an emoji or a flag.",
    parameters = {
      s_parameter,
      { name = "n", type = "integer", about = "how many characters the result may have, the ellipsis among them" },
      { name = "ellipsis", type = "string", about = "what stands for the rest of a text that was cut", default = '"…"' },
    },
    returns = { type = "string", about = "the text itself when it is short enough" },
    example = {
      { code = 'text.truncate("Grüße aus Köln", 6)', result = '"Grüße…"' },
      { code = 'text.truncate("Grüße aus Köln", 9, " ...")', result = '"Grüße ..."' },
      { code = 'text.truncate("short", 80)', result = '"short"' },
    },
    body = truncate,
  },
  {
    name = "text.trim",
    summary = "Removes white space of every kind, tabs, line breaks and no-break spaces among them, from both ends.",
    parameters = { s_parameter },
    returns = { type = "string", about = "the rest" },
    example = { { code = 'text.trim("\\n  hello \\u{A0}")', result = '"hello"' } },
    body = host.text_trim,
  },
  {
    name = "text.lower",
    summary = "Turns letters into lower case, those beyond ASCII too, one by one.",
    parameters = { s_parameter },
    returns = { type = "string", about = "the text in lower case" },
    example = { { code = 'text.lower("ÉTÉ À KÖLN")', result = '"été à köln"' } },
    body = host.text_lower,
  },
  {
    name = "text.upper",
    summary = "Turns letters into upper case, those beyond ASCII too, one by one (`ß` stays).",
    parameters = { s_parameter },
    returns = { type = "string", about = "the text in upper case" },
    example = { { code = 'text.upper("été à köln")', result = '"ÉTÉ À KÖLN"' } },
    body = host.text_upper,
  },
  {
    name = "text.escape_slack",
    summary = "Escapes a text for Slack's mrkdwn: `&`, `<` and `>`, so that no link or mention comes from data.",
    parameters = { s_parameter },
    returns = { type = "string", about = "the escaped text" },
    example = { { code = 'text.escape_slack("<!channel> & co")', result = '"&lt;!channel&gt; &amp; co"' } },
    body = host.escape_slack,
  },
  {
    name = "text.escape_html",
    summary = "Escapes a text for HTML, inside of elements and of quoted attributes.",
    parameters = { s_parameter },
    returns = { type = "string", about = "the escaped text" },
    example = { { code = [[text.escape_html('<a title="x">')]], result = '"&lt;a title=&quot;x&quot;&gt;"' } },
    body = host.escape_html,
  },
  {
    name = "text.escape_markdown",
    summary = "Puts a backslash before every character that means something in Markdown (CommonMark, Discord, Telegram's MarkdownV2).",
    parameters = { s_parameter },
    returns = { type = "string", about = "the escaped text" },
    example = { { code = 'text.escape_markdown("*bold* [x](y)")', result = [["\\*bold\\* \\[x\\]\\(y\\)"]] } },
    body = host.escape_markdown,
  },
  {
    name = "text.escape_url",
    summary = "The same as `url.encode`: escapes a text for a path segment or a query value.",
    parameters = { s_parameter },
    returns = { type = "string", about = "the escaped text" },
    example = { { code = 'text.escape_url("50% off?")', result = '"50%25%20off%3F"' } },
    body = function(s) return host.percent_encode(s, "text.escape_url") end,
  },
  {
    name = "text.wrap",
    summary = "Breaks lines between words. Line breaks stay, runs of spaces become one, a word longer than a line is not broken.",
    parameters = { s_parameter, { name = "width", type = "integer", about = "how many characters a line may have" } },
    returns = { type = "string", about = "the text with more line breaks" },
    example = { { code = 'text.wrap("We decided to use Redis", 12)', result = '"We decided\\nto use Redis"' } },
    body = wrap,
  },
  {
    name = "text.split",
    summary = "Splits a text at each occurrence of a separator, which is not a pattern.",
    parameters = { s_parameter, { name = "sep", type = "string", about = "the separator, not empty" } },
    returns = { type = "table", about = "an array of the pieces; one more than there are separators" },
    example = { { code = 'text.split("a,b,,c", ",")', result = '{ "a", "b", "", "c" }' } },
    body = split,
  },
  {
    name = "text.starts_with",
    summary = "Tells whether a text begins with another.",
    parameters = { s_parameter, { name = "p", type = "string", about = "the beginning" } },
    returns = { type = "boolean", about = "true also for an empty beginning" },
    example = { { code = 'text.starts_with("memory.created", "memory.")', result = "true" } },
    body = function(s, p)
      s, p = host.text("text.starts_with", "s", s), host.text("text.starts_with", "p", p)
      return sub(s, 1, #p) == p
    end,
  },
  {
    name = "text.ends_with",
    summary = "Tells whether a text ends with another.",
    parameters = { s_parameter, { name = "p", type = "string", about = "the end" } },
    returns = { type = "boolean", about = "true also for an empty end" },
    example = { { code = 'text.ends_with("memory.created", ".created")', result = "true" } },
    body = function(s, p)
      s, p = host.text("text.ends_with", "s", s), host.text("text.ends_with", "p", p)
      return #p == 0 or (#p <= #s and sub(s, -#p) == p)
    end,
  },
}
