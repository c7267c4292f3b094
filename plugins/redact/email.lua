-- E-mail addresses in texts: found from their `@`, so that the work grows with the length of the text and not faster.

-- The local part, read backwards. Bytes from 0x80 are the letters of other languages.
local LOCAL_PART = "^[%w!#$%%&'*+/=?^_`{|}~.\x80-\xFF-]+"
local DOMAIN = "^[%w\x80-\xFF-]+%.[%w\x80-\xFF.-]*[%w\x80-\xFF]"

-- Quotes, dashes and the full stops of other scripts are written with bytes from 0x80 too, but end an address.
local PUNCTUATION = "[\xE2\xE3\xEF][\x80\xBC][\x80-\xBF]"

local function local_part(text, from, at)
  local part = text:sub(from, at - 1):reverse():match(LOCAL_PART)
  if not part then return nil end
  part = part:reverse()
  part = part:match("^.*" .. PUNCTUATION .. "(.*)$") or part
  return part ~= "" and part or nil
end

local function domain(text, at)
  local name = text:match(DOMAIN, at + 1)
  if not name then return nil end
  local stop = name:find(PUNCTUATION)
  if not stop then return name end
  return name:sub(1, stop - 1):match(DOMAIN)
end

local email = {}

-- Replaces every address in a text.
function email.replace(text, replacement)
  local at = text:find("@", 1, true)
  if not at then return text end
  local out, copied, searched = {}, 1, 1
  while at do
    local before = local_part(text, searched, at)
    local after = before and domain(text, at)
    searched = at + 1
    if after then
      out[#out + 1] = text:sub(copied, at - 1 - #before)
      out[#out + 1] = replacement
      searched = at + 1 + #after
      copied = searched
    end
    at = text:find("@", searched, true)
  end
  out[#out + 1] = text:sub(copied)
  return table.concat(out)
end

return email
