-- Keys, tokens and passwords in texts, known by how their issuers begin them.

local WORD, WORD_OR_HYPHEN = "^%w+", "^[%w_-]+"

-- How it begins, what follows, and how much of that at the least. `digit`: a digit must be in it, as words begin like this too.
local KINDS = {
  { "AKIA", "^[%u%d]+", 16 }, { "ASIA", "^[%u%d]+", 16 },  -- AWS
  { "AIza", WORD_OR_HYPHEN, 35 },  -- Google
  { "ghp_", WORD, 36 }, { "gho_", WORD, 36 }, { "ghu_", WORD, 36 }, { "ghs_", WORD, 36 }, { "ghr_", WORD, 36 },  -- GitHub
  { "github_pat_", "^[%w_]+", 22 },
  { "glpat-", WORD_OR_HYPHEN, 20 },  -- GitLab
  { "xox", "^[a-z]%-[%w-]+", 12 }, { "xapp-", "^[%w-]+", 12 }, { "hooks.slack.com/services/", "^[%w/]+", 20 },  -- Slack
  { "sk_live_", WORD, 16 }, { "sk_test_", WORD, 16 }, { "rk_live_", WORD, 16 }, { "rk_test_", WORD, 16 },  -- Stripe
  { "whsec_", "^[%w+/=]+", 24 }, { "whsk_", "^[%w+/=]+", 24 },  -- Standard Webhooks
  { "sk-", WORD_OR_HYPHEN, 20, digit = true },  -- OpenAI, Anthropic, REM Labs
  { "m0-", WORD, 20 },  -- Mem0
  { "hf_", WORD, 30 },  -- Hugging Face
  { "npm_", WORD, 36 }, { "pypi-", WORD_OR_HYPHEN, 16 },
  { "SG.", "^[%w_-]+%.[%w_-]+", 40 },  -- SendGrid
  { "eyJ", "^[%w_-]+%.[%w_-]+%.[%w_-]+", 20 },  -- JSON Web Tokens
  { "Bearer ", "^[%w_.~+/=-]+", 16 },
}

local function begins_word(text, at) return at == 1 or not text:sub(at - 1, at - 1):find("[%w_]") end

-- Where the key ends whose beginning stands at `at`; nil when it is none.
local function end_of(text, at, kind)
  if not begins_word(text, at) then return nil end
  local tail = text:match(kind[2], at + #kind[1])
  if not tail or #tail < kind[3] or (kind.digit and not tail:find("%d")) then return nil end
  return at + #kind[1] + #tail - 1
end

local function replace_kind(text, kind, replacement)
  local at, out, copied = text:find(kind[1], 1, true), {}, 1
  while at do
    local stop = end_of(text, at, kind)
    if stop then
      out[#out + 1] = text:sub(copied, at - 1)
      out[#out + 1] = replacement
      copied = stop + 1
    end
    -- Nothing else begins inside the same word.
    local after = stop and stop + 1 or text:find("[^%w_-]", at + #kind[1]) or #text + 1
    at = text:find(kind[1], after, true)
  end
  out[#out + 1] = text:sub(copied)
  return table.concat(out)
end

local BEGIN, END, DASHES = "-----BEGIN ", "-----END ", "-----"

-- Private keys in PEM, from their first line to their last; one that was cut off goes to the end of the text.
local function replace_private_keys(text, replacement)
  local at = text:find(BEGIN, 1, true)
  if not at then return text end
  local out, copied = {}, 1
  while at do
    local next_from = at + #BEGIN
    if text:match("^[%u%d ]*PRIVATE KEY[%u ]*%-%-%-%-%-", next_from) then
      local _, last = text:find(END, next_from, true)
      if last then _, last = text:find(DASHES, last + 1, true) end
      last = last or #text
      out[#out + 1] = text:sub(copied, at - 1)
      out[#out + 1] = replacement
      copied, next_from = last + 1, last + 1
    end
    at = text:find(BEGIN, next_from, true)
  end
  out[#out + 1] = text:sub(copied)
  return table.concat(out)
end

-- `postgres://user:password@host`: what stands before the `@`.
local function replace_url_passwords(text, replacement)
  if not text:find("://", 1, true) then return text end
  return (text:gsub("://[^%s/@:]*:[^%s/@]+@", function() return "://" .. replacement .. "@" end))
end

-- Every key has a word like this in it. Looking for that is quicker in short texts than looking for each kind.
local LONG_WORD, SHORT_TEXT = ("[%w_.~+/=-]"):rep(15), 512

local key = {}

-- Replaces every key in a text.
function key.replace(text, replacement)
  text = replace_private_keys(replace_url_passwords(text, replacement), replacement)
  if #text <= SHORT_TEXT and not text:find(LONG_WORD) then return text end
  for _, kind in ipairs(KINDS) do
    if text:find(kind[1], 1, true) then text = replace_kind(text, kind, replacement) end
  end
  return text
end

return key
